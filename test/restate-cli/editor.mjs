/**
 * Stands in for the user at `$EDITOR`: applies the edits of EDITS (a JSON list of [pattern, replacement]; an empty
 * pattern replaces the whole text) to the file that the CLI opens, and keeps what it showed in SHOWN.
 */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";

const file = process.argv.at(-1);
const text = readFileSync(file, "utf8");
appendFileSync(process.env.SHOWN, text);
const edits = JSON.parse(process.env.EDITS);
writeFileSync(
  file,
  edits.reduce(
    (edited, [pattern, replacement]) =>
      pattern === "" ? replacement : edited.replace(new RegExp(pattern, "m"), replacement),
    text,
  ),
);
