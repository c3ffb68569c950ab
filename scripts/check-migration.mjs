// Is changing the import the whole migration? Takes folders of TypeScript sources written for the official SDK, and
//   1. compiles every program with the official SDK, which is the control, and with ours after replacing the import;
//   2. starts both versions where they start by themselves, registers them on a server of ours, calls every handler, and
//      compares the answers.
//
//   node scripts/check-migration.mjs --modules DIR NAME=FOLDER[:PART] ...
//
// DIR has the node_modules with the packages that the sources use, the official SDK among them; PART limits the programs
// to a folder inside FOLDER. `--only TEXT` takes the programs whose path contains it, `--types` leaves out 2,
// `--write FILE` replaces the results in FILE, `--keep` leaves the copies, `--package DIR` takes restate-lite from there,
// `--verbose` prints all answers.
// Needs `npm run build -- --types`. The sources belong to others and are not part of this repository.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { report, verdict } from "./migration/report.mjs";
import { copySources } from "./migration/sources.mjs";
import { Trial } from "./migration/trial.mjs";
import { typeCheck } from "./migration/types.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    modules: { type: "string" },
    only: { type: "string", default: "" },
    types: { type: "boolean", default: false },
    write: { type: "string" },
    verbose: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    package: { type: "string", default: root },
  },
});
if (values.modules === undefined || positionals.length === 0) {
  console.error("usage: node scripts/check-migration.mjs --modules DIR NAME=FOLDER[:PART] ...");
  process.exit(2);
}
if (!existsSync(path.join(values.package, "dist", "types", "sdk"))) {
  console.error("dist/ has no types of the SDK: run `npm run build -- --types` first");
  process.exit(2);
}

// Inside the folder with the modules, so that they are found from there.
const work = mkdtempSync(path.join(path.resolve(values.modules), "migration-"));
const results = [];
const starter = path.join(work, "starter.mjs");
try {
  cpSync(path.join(root, "scripts", "migration", "starter.mjs"), starter);
  // A copy, not a link: TypeScript treats a package differently when it is found outside node_modules.
  for (const name of ["package.json", "dist"])
    cpSync(path.join(values.package, name), path.join(work, "node_modules", "restate-lite", name), { recursive: true });
  for (const argument of positionals) {
    const [, name, folder, part = ""] = /^([\w-]+)=([^:]+):?(.*)$/.exec(argument) ?? [];
    if (folder === undefined) throw new Error(`not NAME=FOLDER[:PART]: ${argument}`);
    const programs = copySources({ name, folder: path.resolve(folder), part }, work);
    await check(programs.filter((program) => program.includes(values.only)));
  }
} finally {
  if (values.keep) console.error(`copies: ${work}`);
  else rmSync(work, { recursive: true, force: true });
}

for (const result of results) {
  if (values.verbose)
    for (const [target, answer] of Object.entries(result.official?.answers ?? {})) console.log(`${target}: ${answer}`);
  const text = verdict(result);
  if (text.isFault) console.log(`${result.program}\n${text.details.map((line) => `  ${line}`).join("\n")}`);
}
const written = report(results);
console.log(written.summary);
if (values.write !== undefined) {
  const text = readFileSync(values.write, "utf8");
  const markers = /(<!-- results -->\n)[\s\S]*(<!-- end of results -->)/;
  writeFileSync(
    values.write,
    text.replace(markers, (_, from, to) => `${from}\n${written.text}\n${to}`),
  );
}
process.exit(written.faults > 0 ? 1 : 0);

async function check(programs) {
  const [official, ours] = ["official", "ours"].map((side) => path.join(work, side));
  console.error(`compiling ${programs.length} programs, twice`);
  const officialErrors = typeCheck(official, programs);
  const ourErrors = typeCheck(ours, programs);
  const folders = new Map();
  for (const program of programs) {
    const result = { program, officialErrors: officialErrors.get(program), ourErrors: ourErrors.get(program) };
    results.push(result);
    const folder = path.dirname(program);
    if (!values.types && !/\.tsx$|\btest\b/.test(program))
      folders.set(folder, [...(folders.get(folder) ?? []), result]);
  }
  for (const [folder, members] of folders) {
    // Programs that call services come after those that serve them.
    const isClient = ({ program }) => /sdk-clients"/.test(readFileSync(path.join(official, program), "utf8"));
    members.sort((one, other) => isClient(one) - isClient(other));
    console.error(`running ${folder}`);
    // Each side has a server of its own, because both serve the same names.
    await Promise.all([
      runAll("official", "@restatedev/restate-sdk", members),
      runAll("ours", "restate-lite/sdk", members),
    ]);
  }
}

async function runAll(side, sdk, members) {
  const trial = await Trial.start();
  try {
    for (const member of members) member[side] = await trial.run(starter, path.join(work, side, member.program), sdk);
  } finally {
    await trial.end();
  }
}
