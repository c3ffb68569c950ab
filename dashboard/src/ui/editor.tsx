import { lazy, Suspense } from "react";
import { Loading } from "./states.tsx";

const CodeMirror = lazy(async () => ({ default: (await import("./code-mirror.tsx")).CodeMirror }));

export interface EditorProps {
  readonly label: string;
  readonly language: "json" | "sql";
  readonly value: string;
  readonly onChange: (text: string) => void;
  /** Mod+Enter. */
  readonly onRun?: () => void;
}

/** An editor for JSON and SQL: a chunk of its own, loaded when there is something to edit. */
export function Editor(props: EditorProps) {
  return (
    <Suspense fallback={<Loading what="the editor" />}>
      <CodeMirror {...props} />
    </Suspense>
  );
}
