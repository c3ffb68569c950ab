import ts from "typescript";

/** Files that exist in memory only, by absolute path. */
export type VirtualFiles = Readonly<Record<string, string>>;

/** What a user of the official SDK has at most: its own types do not fit each other when optional members are exact. */
const strict: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
  types: ["node"],
};

/** What a user of our SDK may have. */
export const strictest: ts.CompilerOptions = { ...strict, exactOptionalPropertyTypes: true };

/** Files on disk, parsed once for all programs of a process. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** A program over files on disk and in memory. */
export function programOf(files: readonly string[], virtual: VirtualFiles = {}, options = strict): ts.Program {
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => file in virtual || fileExists(file);
  host.readFile = (file) => virtual[file] ?? readFile(file);
  host.getSourceFile = (file, languageVersion, ...rest) => {
    const text = virtual[file];
    if (text !== undefined) return ts.createSourceFile(file, text, languageVersion, true);
    if (!parsed.has(file)) parsed.set(file, getSourceFile(file, languageVersion, ...rest));
    return parsed.get(file);
  };
  return ts.createProgram({ rootNames: [...files, ...Object.keys(virtual)], options, host });
}

/** What a module exports. */
export function exportsOf(program: ts.Program, file: string): ts.Symbol[] {
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`There is no ${file}: run \`node test/install.mjs\``);
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${file} is no module`);
  return checker.getExportsOfModule(module);
}

/** A complaint of the compiler about a line (from 0) of a file. */
export interface Complaint {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** What the compiler has to say about these files. */
export function complaintsAbout(program: ts.Program, files: readonly string[]): Complaint[] {
  return files.flatMap((file) => {
    const source = program.getSourceFile(file);
    if (source === undefined) throw new Error(`There is no ${file}`);
    const diagnostics = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return diagnostics.map(({ start = 0, messageText }) => ({
      file,
      line: source.getLineAndCharacterOfPosition(start).line,
      message: ts.flattenDiagnosticMessageText(messageText, "\n"),
    }));
  });
}
