import { lazy, Suspense } from "react";
import type { EditorProps } from "./editor-props.ts";
import { Loading } from "./states.tsx";

const CodeMirror = lazy(async () => ({ default: (await import("./code-mirror.tsx")).CodeMirror }));

/** An editor for JSON and SQL: a chunk of its own, loaded when there is something to edit. */
export function Editor(props: EditorProps) {
  return (
    <Suspense fallback={<Loading what="the editor" />}>
      <CodeMirror {...props} />
    </Suspense>
  );
}
