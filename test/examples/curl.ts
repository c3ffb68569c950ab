import { readFileSync } from "node:fs";

/** A request, as a line with `curl` in an example's comment writes it. */
export interface CurlLine {
  readonly line: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** The `curl` lines in the comment at the top of an example, in order. Throws on an option that it does not know. */
export function curlLines(file: string): CurlLine[] {
  const comment = /^(\/\/.*\n)+/.exec(readFileSync(file, "utf8"))?.[0] ?? "";
  return [...comment.matchAll(/^\/\/ {3}(curl .+)$/gm)].map(([, line = ""]) => parse(line));
}

function parse(line: string): CurlLine {
  // What stands in brackets behind the command is for the reader.
  const words = [...line.replace(/ \([^']*\)$/, "").matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? "",
  );
  let method: string | undefined;
  let path: string | undefined;
  let body: string | undefined;
  const headers: Record<string, string> = {};
  for (let index = 1; index < words.length; index++) {
    const word = words[index] ?? "";
    const argument = () => words[++index] ?? "";
    if (word === "-X") method = argument();
    else if (word === "-H") {
      const [name = "", value = ""] = argument().split(": ");
      headers[name] = value;
    } else if (word === "--json") {
      body = argument();
      headers["content-type"] = "application/json";
    } else if (word.startsWith("localhost:8080/")) path = word.slice("localhost:8080".length);
    else throw new Error(`cannot read "${word}" in: ${line}`);
  }
  if (path === undefined) throw new Error(`no address in: ${line}`);
  return { line, method: method ?? (body === undefined ? "GET" : "POST"), path, headers, body };
}
