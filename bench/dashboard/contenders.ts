import type { ServerKind } from "../../test/support/index.ts";

/** A dashboard, and how the benchmark finds its way in it. */
export interface Contender {
  readonly name: "restate-server" | "restate-lite";
  readonly kind: ServerKind;
  /** Below `/ui/`: all invocations, the newest first. */
  readonly list: string;
  /** What is there when the overview shows its services, and the list its rows. */
  readonly overviewReady: string;
  readonly listReady: string;
  /** The element that the list scrolls in; `undefined`: the page. */
  readonly scroller: string | undefined;
}

export const contenders: readonly Contender[] = [
  {
    name: "restate-server",
    kind: "real",
    list: "invocations?sort_field=created_at&sort_order=DESC",
    overviewReady: "text=Checkout",
    listReady: "text=/^c\\d+$/",
    scroller: undefined,
  },
  {
    name: "restate-lite",
    kind: "ours",
    list: "invocations",
    overviewReady: "text=Checkout",
    listReady: "[data-status=scheduled]",
    scroller: "[data-testid=rows]",
  },
];
