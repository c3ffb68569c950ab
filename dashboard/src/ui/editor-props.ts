import type { Tables } from "./sql-columns.ts";

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
