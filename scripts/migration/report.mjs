// Verdicts on programs, and the results as Markdown.
import path from "node:path";
import { improved } from "./inputs.mjs";

/** `{ compiles, runs, isFault, details }` of one result of the check. */
export function verdict(result) {
  const details = [];
  const compiles = compilation(result, details);
  const runs = trial(result, details);
  return { compiles, runs, isFault: details.length > 0, details };
}

function compilation({ officialErrors, ourErrors }, details) {
  const known = new Set(officialErrors.map(withoutNames));
  const additional = ourErrors.filter((error) => !known.has(withoutNames(error)));
  details.push(...additional.map((error) => `compile: ${error}`));
  if (additional.length > 0) return "**no**";
  return officialErrors.length === 0 ? "yes" : `left out: ${shortened(officialErrors[0])}`;
}

function trial({ program, official, ours }, details) {
  if (official === undefined) return "compiled only";
  if (official.failed !== undefined) return official.failed.replaceAll("|", "\\|");
  if (ours.failed !== undefined) {
    details.push(`start: ${ours.failed}`);
    return "**does not start**";
  }
  const targets = [...new Set([...Object.keys(official.answers), ...Object.keys(ours.answers)])];
  const different = targets.filter((target) => official.answers[target] !== ours.answers[target]);
  const improvement = [...improved].find(([end]) => program.endsWith(end))?.[1];
  if (improvement !== undefined) return `differs on purpose: ${improvement}`;
  for (const target of different)
    details.push(`${target}:\n    official ${official.answers[target]}\n    ours     ${ours.answers[target]}`);
  const succeeded = targets.filter((target) => official.answers[target]?.startsWith("200 ")).length;
  if (different.length > 0) return `**${different.length} of ${targets.length} answers differ**`;
  if (official.answers.output !== undefined) return `same output, ${official.way}`;
  return `${targets.length} handlers, same answers (${succeeded} × 200), ${official.way}`;
}

/** Two SDKs report the same mistake of a program with different paths and package names. */
function withoutNames(error) {
  return error
    .replace(/import\("[^"]*"\)\./g, "")
    .replace(/@restatedev\/restate-sdk(-clients|-core)?|restate-lite\/(sdk|clients)/g, "sdk")
    .replace(/import\("[^"]*"\)/g, "module")
    .replace(/'[^']*node_modules[^']*'/g, "path");
}

function shortened(error) {
  const text = error
    .replace(/import\("[^"]*node_modules\/([^"]*)"\)/g, "import($1)")
    .replaceAll("|", "\\|")
    .replaceAll("<", "&lt;");
  return text.length > 110 ? `${text.slice(0, 110)}…` : text;
}

export function report(results) {
  const rows = results.map((result) => ({ program: result.program, ...verdict(result) }));
  const folders = grouped(rows);
  const lines = [];
  for (const [name, members] of folders) {
    lines.push(`### ${name}`, "", "| program | compiles | runs |", "| --- | --- | --- |");
    for (const { program, compiles, runs } of members)
      lines.push(`| ${program.slice(name.length + 1).replaceAll("|", "\\|")} | ${compiles} | ${runs} |`);
    lines.push("");
  }
  const count = (test) => rows.filter(test).length;
  const faults = count(({ isFault }) => isFault);
  const summary = [
    `${rows.length} programs;`,
    `${count(({ compiles }) => compiles === "yes")} compile with both SDKs,`,
    `${count(({ compiles }) => compiles.startsWith("left out"))} do not compile with the official one here;`,
    `${count(({ runs }) => /same (answers|output)/.test(runs))} run and answer the same;`,
    `${faults} differ.`,
  ].join(" ");
  return { text: [summary, "", ...lines].join("\n").trimEnd(), summary, faults };
}

function grouped(rows) {
  const groups = new Map();
  for (const row of rows) {
    const name = row.program.split(path.sep)[0];
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return groups;
}
