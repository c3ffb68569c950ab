import { describe, expect, it } from "vitest";
import { withPart } from "./results-file.ts";

describe("withPart", () => {
  it("adds a part once and replaces it afterwards, leaving the other part alone", () => {
    const first = withPart(withPart("# Title\n", "calls", "one"), "suspended", "two $&");
    const again = withPart(first, "calls", "three");
    expect(again).toContain("three");
    expect(again).toContain("two $&");
    expect(again).not.toContain("one");
    expect(again.match(/calls: begin/g)).toHaveLength(1);
    expect(withPart(again, "calls", "one")).toBe(first);
  });
});
