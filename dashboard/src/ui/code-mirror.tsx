import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { linter, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import type { EditorProps, Selected } from "./editor-props.ts";
import type { Tables } from "./sql-columns.ts";
import { sqlLanguage } from "./sql-language.ts";

const COLORS = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.string, color: "var(--code-string)" },
    { tag: [tags.number, tags.bool, tags.null], color: "var(--code-literal)" },
    { tag: [tags.propertyName, tags.keyword], color: "var(--code-name)" },
    { tag: tags.comment, color: "var(--text-muted)" },
  ]),
);

const LOOK = EditorView.theme({
  "&": { backgroundColor: "var(--surface)", color: "var(--text)", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-content": { fontFamily: "var(--mono)", padding: "10px 0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 12px" },
  ".cm-scroller": { minHeight: "120px", maxHeight: "360px", lineHeight: "1.55" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--selection) !important" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--line-strong)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--accent-ground)",
    color: "var(--accent)",
  },
  ".cm-completionDetail": { color: "var(--text-muted)", fontStyle: "normal" },
});

/** Nothing is no JSON, but fine as no input. */
const jsonLinter = (view: EditorView) => (view.state.doc.length === 0 ? [] : jsonParseLinter()(view));

const NO_TABLES: Tables = {};

const LANGUAGES: Readonly<Record<EditorProps["language"], (tables: Tables) => Extension>> = {
  json: () => [json(), linter(jsonLinter)],
  sql: sqlLanguage,
};

/** The language, which changes when more tables are known. */
const LANGUAGE = new Compartment();

function selectedIn({ selection, doc }: EditorState): Selected | undefined {
  const { from, to } = selection.main;
  return from === to ? undefined : { text: doc.sliceString(from, to), from };
}

export function CodeMirror(props: EditorProps) {
  const { label, language, value, onChange, onRun, onSelect, tables = NO_TABLES, problem } = props;
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const latest = useRef({ onChange, onRun, onSelect });
  latest.current = { onChange, onRun, onSelect };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor owns its text from here on.
  useEffect(() => {
    if (place.current === null) return;
    const run = ({ state }: EditorView) => {
      latest.current.onRun?.(selectedIn(state));
      return latest.current.onRun !== undefined;
    };
    const editor = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          keymap.of([{ key: "Mod-Enter", run }, ...completionKeymap, ...defaultKeymap, ...historyKeymap]),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          autocompletion(),
          LANGUAGE.of(LANGUAGES[language](tables)),
          COLORS,
          LOOK,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
            if (update.selectionSet || update.docChanged) latest.current.onSelect?.(selectedIn(update.state));
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [language, label]);
  useEffect(() => {
    const editor = view.current;
    if (editor === undefined || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);
  useEffect(() => {
    view.current?.dispatch({ effects: LANGUAGE.reconfigure(LANGUAGES[language](tables)) });
  }, [language, tables]);
  useEffect(() => {
    const editor = view.current;
    if (editor === undefined) return;
    const isThere = problem !== undefined && problem.to <= editor.state.doc.length;
    editor.dispatch(setDiagnostics(editor.state, isThere ? [{ ...problem, severity: "error" }] : []));
  }, [problem]);
  return <div className="editor" ref={place} />;
}
