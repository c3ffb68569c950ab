import { Link } from "@tanstack/react-router";
import type { Status } from "../api/invocation.ts";
import { count } from "./format.ts";

interface CountLinkProps {
  readonly n: number;
  /** What the list of invocations shows of them. */
  readonly search: { readonly service?: string; readonly deployment?: string; readonly status: readonly Status[] };
  readonly tone?: "trouble" | "bad" | undefined;
}

/** How many invocations, which leads to them when there are any. */
export function CountLink({ n, search, tone }: CountLinkProps) {
  return n === 0 ? (
    <span className="none">0</span>
  ) : (
    <Link to="/invocations" search={{ ...search, status: search.status.join(",") }} className="count" data-tone={tone}>
      {count(n)}
    </Link>
  );
}
