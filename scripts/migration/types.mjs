// Compiles programs with their own tsconfig.json, as their authors do, and says which errors belong to which program: its
// own and those of the files beside it that it imports.
import { existsSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** @returns a map from each program to its errors, each a line without paths */
export function typeCheck(side, programs) {
  const groups = new Map();
  for (const program of programs) {
    const config = nearestConfig(side, path.dirname(path.join(side, program)));
    groups.set(config, [...(groups.get(config) ?? []), program]);
  }
  const errors = new Map();
  for (const [config, members] of groups) {
    const options = optionsOf(config);
    const roots = members.map((program) => path.join(side, program));
    const compiled = ts.createProgram({ rootNames: roots, options });
    const byFile = new Map();
    for (const diagnostic of ts.getPreEmitDiagnostics(compiled)) {
      const file = diagnostic.file?.fileName ?? "";
      byFile.set(file, [...(byFile.get(file) ?? []), lineOf(diagnostic)]);
    }
    for (const [index, program] of members.entries()) {
      const files = localFiles(compiled, roots[index], side, options);
      errors.set(program, [...new Set([...files].flatMap((file) => byFile.get(file) ?? []))]);
    }
  }
  return errors;
}

function nearestConfig(side, folder) {
  const file = path.join(folder, "tsconfig.json");
  if (existsSync(file)) return file;
  return folder === side ? undefined : nearestConfig(side, path.dirname(folder));
}

function optionsOf(config) {
  const defaults = {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
  };
  const read = config === undefined ? undefined : ts.readConfigFile(config, ts.sys.readFile).config;
  const own = read === undefined ? defaults : ts.parseJsonConfigFileContent(read, ts.sys, path.dirname(config)).options;
  // Only what concerns the files that a compilation writes is left out; `declaration` stays, because it has errors of
  // its own (a type that cannot be named).
  const { types, ...kept } = own;
  return {
    ...kept,
    ...(types === undefined ? {} : { types: types.filter((name) => name === "node" || name === "vitest/globals") }),
    noEmit: true,
    skipLibCheck: true,
    incremental: false,
    composite: false,
    tsBuildInfoFile: undefined,
    rootDir: undefined,
  };
}

/** A program's file and the files of the copy that it imports, directly or not. */
function localFiles(compiled, root, side, options) {
  const seen = new Set();
  const waiting = [root];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const source = compiled.getSourceFile(file);
    if (source === undefined) continue;
    for (const { fileName } of ts.preProcessFile(source.text).importedFiles) {
      const resolved = ts.resolveModuleName(fileName, file, options, ts.sys, undefined, undefined).resolvedModule;
      const name = resolved?.resolvedFileName;
      if (name?.startsWith(side + path.sep) && !name.includes("node_modules")) waiting.push(name);
    }
  }
  return seen;
}

function lineOf(diagnostic) {
  const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, " ");
  if (diagnostic.file === undefined || diagnostic.start === undefined) return `TS${diagnostic.code} ${text}`;
  const { line } = ts.getLineAndCharacterOfPosition(diagnostic.file, diagnostic.start);
  return `${path.basename(diagnostic.file.fileName)}:${line + 1} TS${diagnostic.code} ${text}`;
}
