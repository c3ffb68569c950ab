import { usage } from "./errors.ts";

/** `SERVICE/HANDLER` or `OBJECT/KEY/HANDLER`; a key may contain slashes. */
export function handlerPath(text: string): string {
  const parts = text.split("/");
  const [service = "", ...rest] = parts;
  const handler = rest.pop() ?? "";
  if (service === "" || handler === "") {
    throw usage(`'${text}' names no handler: write SERVICE/HANDLER or OBJECT/KEY/HANDLER`);
  }
  return ["", service, ...(rest.length === 0 ? [] : [rest.join("/")]), handler].map(encodeURIComponent).join("/");
}

/** `SERVICE/KEY`; the key may contain slashes. */
export function objectOf(text: string): { service: string; key: string } {
  const slash = text.indexOf("/");
  if (slash <= 0) throw usage(`'${text}' names no key: write SERVICE/KEY`);
  return { service: text.slice(0, slash), key: text.slice(slash + 1) };
}

/** A text of JSON, for sending. */
export function jsonText(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    throw usage(`not JSON: ${(error as Error).message}. A text needs its quotes: '"Ada"'`);
  }
}

/** A text in a query. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
