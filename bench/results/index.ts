/** From figures to what a person reads: medians, ratios, targets, tables, and the file they are recorded in. */
export { compare, type Row, type Target, type Unit } from "./comparison.ts";
export { describeMachine, loadText, type Machine } from "./machine.ts";
export { type Part, recordPart } from "./results-file.ts";
export { median, Samples } from "./samples.ts";
export { comparisonTable, figure, table } from "./tables.ts";
