import { lazy, Suspense } from "react";
import type { Tables } from "./sql-columns.ts";
import { Loading } from "./states.tsx";

const CodeMirror = lazy(async () => ({ default: (await import("./code-mirror.tsx")).CodeMirror }));

export interface EditorProps {
  readonly label: string;
  readonly language: "json" | "sql";
  readonly value: string;
  readonly onChange: (text: string) => void;
  /** Mod+Enter, with what is selected. */
  readonly onRun?: (selected: Selected | undefined) => void;
  /** Is told what is selected. */
  readonly onSelect?: (selected: Selected | undefined) => void;
  /** For SQL: what completion knows. */
  readonly tables?: Tables | undefined;
  /** What is wrong with a part of the text. */
  readonly problem?: Problem | undefined;
}

/** A part of the text, with the offset at which it begins. */
export interface Selected {
  readonly text: string;
  readonly from: number;
}

export interface Problem {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

/** An editor for JSON and SQL: a chunk of its own, loaded when there is something to edit. */
export function Editor(props: EditorProps) {
  return (
    <Suspense fallback={<Loading what="the editor" />}>
      <CodeMirror {...props} />
    </Suspense>
  );
}
