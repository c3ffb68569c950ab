import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDelay } from "./delay.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function ms(text: string): number | string {
  const delay = parseDelay(text);
  return "ms" in delay ? delay.ms : delay.problem;
}

describe("what the real server accepts", () => {
  it.each<[string, number]>([
    ["PT10S", 10 * SECOND],
    ["pt1s", SECOND],
    ["P1D", DAY],
    ["P1W", 7 * DAY],
    ["P1DT2H", DAY + 2 * HOUR],
    ["PT1H30M", 90 * MINUTE],
    ["PT1.5S", 1500],
    ["PT1,5S", 1500],
    ["P0D", 0],
    ["0", 0],
    ["0s", 0],
    ["10s", 10 * SECOND],
    ["1sec", SECOND],
    ["1hr", HOUR],
    ["2hrs", 2 * HOUR],
    ["1day", DAY],
    ["1w", 7 * DAY],
    ["1wk", 7 * DAY],
    ["1msec", 1],
    ["1milli", 1],
    ["1us", 0],
    ["1500µs", 1],
    ["999999ns", 0],
    ["1h30m", 90 * MINUTE],
    ["1h 30m", 90 * MINUTE],
    ["1h  30m", 90 * MINUTE],
    ["1h, 30m", 90 * MINUTE],
    ["1 h", HOUR],
    ["1\ts", SECOND],
    ["1h ", HOUR],
    ["1.5h", 90 * MINUTE],
    ["1h1.5m", HOUR + 90 * SECOND],
    ["1.5ms", 1],
    ["01:02:03", HOUR + 2 * MINUTE + 3 * SECOND],
    ["1d 01:02:03", DAY + HOUR + 2 * MINUTE + 3 * SECOND],
    ["30000d", 30_000 * DAY],
    ["99999999999s", 99_999_999_999 * SECOND],
  ])("%s", (text, expected) => {
    expect(ms(text)).toBe(expected);
  });
});

describe("what the real server refuses", () => {
  it.each([
    "",
    "bad",
    "s",
    "10",
    "00",
    "0.0",
    "-1s",
    "1s ago",
    "+PT1S",
    "-PT1S",
    "P",
    "PT",
    "P1Y",
    "P1M",
    "1y",
    "1mo",
    "1month",
    "1M",
    "1H",
    "1S",
    "1MS",
    "1m1h",
    "1s1s",
    "1h,30m",
    "1h ,30m",
    "1h,",
    "1h, ",
    " 1h",
    "1.5d",
    "1.5h1m",
    "1.s",
    ".5s",
    "1e3s",
    "1_000s",
    "1minuteq",
    "1h 01:02:03",
    "1:2:3",
    "00:60:00",
    "PT1",
    "PT1S2M",
    "P1DT",
    "PT1.5H1M",
    "106751991167d",
    "7304485d",
    "99999999999999y",
    "9223372036854775807ms",
    `${"9".repeat(60_000)}s`,
  ])("'%s'", (text) => {
    expect(ms(text)).toBeTypeOf("string");
  });
});

describe("any delay", () => {
  const parts = fc.record({
    d: fc.nat(10_000),
    h: fc.nat(100),
    m: fc.nat(100),
    s: fc.nat(100),
    ms: fc.nat(5000),
  });
  const total = (p: { d: number; h: number; m: number; s: number }) =>
    p.d * DAY + p.h * HOUR + p.m * MINUTE + p.s * SECOND;

  it("means the sum of its parts, in both notations and with any separator", () => {
    fc.assert(
      fc.property(parts, fc.constantFrom("", " ", "  ", ", "), (p, separator) => {
        const friendly = [`${p.d}d`, `${p.h}h`, `${p.m} min`, `${p.s}secs`, `${p.ms}ms`].join(separator);
        expect(ms(friendly)).toBe(total(p) + p.ms);
        expect(ms(`P${p.d}DT${p.h}H${p.m}M${p.s}S`)).toBe(total(p));
      }),
    );
  });

  it("is a whole number of milliseconds or a sentence, whatever the text", () => {
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^[-P]?[\d.,: hmsdwyTPago]{0,20}$/));
    fc.assert(
      fc.property(texts, (text) => {
        const delay = ms(text);
        expect(typeof delay === "string" || (Number.isSafeInteger(delay) && delay >= 0)).toBe(true);
      }),
    );
  });
});
