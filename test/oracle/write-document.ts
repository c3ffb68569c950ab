/** Writes the table of differences into docs/compatibility.md. */
import { writeFileSync } from "node:fs";
import { documentUrl, expectedDocument } from "./document.ts";

writeFileSync(documentUrl, expectedDocument());
