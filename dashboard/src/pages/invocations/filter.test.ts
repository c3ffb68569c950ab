import { describe, expect, it } from "vitest";
import { conditionOf, type FilterSearch, filterOf, type Known, matches, mayMove, needsMore } from "./filter.ts";

const nowMs = Date.parse("2026-01-01T12:00:00Z");
const known: Known = {
  id: "inv_1abc",
  target: "Cart/ada/add",
  target_service_name: "Cart",
  target_service_key: "ada",
  target_handler_name: "add",
  status: "completed",
  completion_result: "failure",
  completion_failure: "[409] killed",
  createdAtMs: nowMs - 60_000,
  completed_at: new Date(nowMs - 10_000).toISOString(),
  modified_at: new Date(nowMs - 10_000).toISOString(),
};
const isMatch = (search: FilterSearch, of: Partial<Known> = {}) =>
  matches(filterOf(search), { ...known, ...of }, nowMs);

describe("a filter", () => {
  it("holds for what it names, and says the same to the server", () => {
    const cases: readonly (readonly [FilterSearch, boolean, string])[] = [
      [{}, true, ""],
      [{ service: "Cart" }, true, "WHERE target_service_name = 'Cart'"],
      [{ service: "O'Hara" }, false, "WHERE target_service_name = 'O''Hara'"],
      [{ handler: "total" }, false, "WHERE target_handler_name = 'total'"],
      [{ key: "ada" }, true, "WHERE target_service_key = 'ada'"],
      [{ scope: "acme" }, false, "WHERE scope = 'acme'"],
      [{ deployment: "dp_1" }, false, "WHERE pinned_deployment_id = 'dp_1'"],
      [{ q: "CART/a" }, true, "WHERE target ILIKE '%CART/a%'"],
      [{ q: "inv_1abd" }, false, "WHERE id = 'inv_1abd'"],
      [{ since: "5m" }, true, "WHERE created_at >= '2026-01-01T11:55:00.000Z'"],
      [{ since: "2026-01-01T11:59:30Z" }, false, "WHERE created_at >= '2026-01-01T11:59:30.000Z'"],
      [{ until: "2026-01-01T11:59:30Z" }, true, "WHERE created_at <= '2026-01-01T11:59:30.000Z'"],
      [{ status: "paused,running" }, false, "WHERE (status IN ('running', 'paused'))"],
      [{ failure: "KILL" }, true, "WHERE (completion_failure ILIKE '%KILL%' OR last_failure ILIKE '%KILL%')"],
      [{ failure: "100%" }, false, "WHERE (completion_failure ILIKE '%100\\%%' OR last_failure ILIKE '%100\\%%')"],
      [{ completed_since: "2026-01-01T11:59:50Z" }, true, "WHERE completed_at >= '2026-01-01T11:59:50.000Z'"],
      [{ completed_until: "1m" }, false, "WHERE completed_at <= '2026-01-01T11:59:00.000Z'"],
      [{ modified_since: "1m" }, true, "WHERE modified_at >= '2026-01-01T11:59:00.000Z'"],
      [
        { until: "1m", modified_until: "2026-01-01T11:59:00Z" },
        false,
        "WHERE created_at <= '2026-01-01T11:59:00.000Z' AND modified_at <= '2026-01-01T11:59:00.000Z'",
      ],
      [{ since: "yesterday", status: "nonsense" }, true, ""],
    ];
    for (const [search, expected, condition] of cases) {
      expect([search, isMatch(search)]).toEqual([search, expected]);
      expect(conditionOf(filterOf(search), nowMs)).toBe(condition);
    }
  });

  it("tells the ends apart", () => {
    expect(isMatch({ status: "killed" })).toBe(true);
    expect(isMatch({ status: "failed" })).toBe(false);
    expect(isMatch({ status: "cancelled" }, { completion_failure: "[409 Conflict] Cancelled" })).toBe(true);
    expect(isMatch({ status: "cancelled" }, { completion_failure: "[409] canceled" })).toBe(true);
    expect(isMatch({ status: "failed" }, { completion_failure: "[500] killed the cat" })).toBe(true);
    expect(isMatch({ status: "succeeded" }, { completion_result: "success" })).toBe(true);
  });

  it("by the time of the end is only for what has ended", () => {
    const running = { status: "running", completed_at: undefined } as const;
    expect(isMatch({ completed_until: "1h" }, running as object)).toBe(false);
    expect(isMatch({ completed_since: "1h" }, running as object)).toBe(false);
    expect(needsMore(filterOf({ completed_since: "1h" }))).toBe(false);
  });

  it("by the last modification asks again when a journal may have made an invocation enter or leave", () => {
    const change = { id: "inv_1abc", service: "Cart", handler: "add", key: "ada", createdAtMs: 0, atMs: nowMs };
    const moves = (search: FilterSearch, isMember: boolean) => mayMove(filterOf(search), change, isMember, nowMs);
    expect(moves({ modified_since: "1h" }, false)).toBe(true);
    expect(moves({ modified_since: "1h" }, true)).toBe(false);
    expect(moves({ modified_until: "1h" }, true)).toBe(true);
    expect(moves({ modified_until: "1h" }, false)).toBe(false);
    expect(moves({ modified_since: "1h", service: "Payment" }, false)).toBe(false);
    expect(moves({ since: "1h" }, false)).toBe(false);
    expect(moves({ modified_since: "nonsense" }, false)).toBe(false);
    expect(needsMore(filterOf({ modified_since: "1h" }))).toBe(true);
    expect(needsMore(filterOf({ modified_since: "nonsense" }))).toBe(false);
  });
});
