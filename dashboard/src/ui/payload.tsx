import { useMemo, useState } from "react";
import { CopyButton } from "./copy.tsx";
import { parseJson } from "./exact-json.ts";
import { plural, bytes as sizeOf } from "./format.ts";
import { Json } from "./json.tsx";

type View = "json" | "text" | "hex";
const HEX_LIMIT = 4096;
const TEXT_LIMIT = 200_000;

/** Bytes that are JSON most of the time: as a tree of colours, as text, as bytes; with their size. */
export function Payload({ title, bytes }: { readonly title: string; readonly bytes: Uint8Array }) {
  const { text, json } = useMemo(() => read(bytes), [bytes]);
  const views: readonly View[] = [
    ...(json === undefined ? [] : (["json"] as const)),
    ...(text === undefined ? [] : (["text"] as const)),
    "hex",
  ];
  const [chosen, setView] = useState<View>();
  // Other bytes may have no such form.
  const view = chosen !== undefined && views.includes(chosen) ? chosen : views[0];
  return (
    <div className="payload">
      <header>
        <h4>
          {title} <span className="muted num">{sizeOf(bytes.length)}</span>
        </h4>
        <fieldset className="segmented small">
          <legend className="visually-hidden">How to show it</legend>
          {views.map((one) => (
            <button key={one} type="button" aria-pressed={view === one} onClick={() => setView(one)}>
              {one === "json" ? "JSON" : one === "text" ? "Text" : "Bytes"}
            </button>
          ))}
        </fieldset>
        {text !== undefined && <CopyButton text={text} label={title.toLowerCase()} />}
      </header>
      {bytes.length === 0 ? (
        <p className="muted">empty</p>
      ) : view === "json" && json !== undefined ? (
        <Json value={json.value} />
      ) : view === "text" ? (
        <pre>
          {text?.slice(0, TEXT_LIMIT)}
          {text !== undefined && text.length > TEXT_LIMIT && (
            <span className="muted">
              {" "}
              … {plural(text.length - TEXT_LIMIT, "more character")}; a copy has all of them
            </span>
          )}
        </pre>
      ) : (
        <pre className="hex">{hex(bytes)}</pre>
      )}
    </div>
  );
}

function read(bytes: Uint8Array): { text: string | undefined; json: { value: unknown } | undefined } {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    try {
      return { text, json: { value: parseJson(text) } };
    } catch {
      return { text, json: undefined };
    }
  } catch {
    return { text: undefined, json: undefined };
  }
}

function hex(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, HEX_LIMIT); at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const codes = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${codes.padEnd(47)}  ${text}`);
  }
  if (bytes.length > HEX_LIMIT) lines.push(`… ${sizeOf(bytes.length - HEX_LIMIT)} more`);
  return lines.join("\n");
}
