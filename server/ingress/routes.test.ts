import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeQueryText, decodeSegment } from "./percent.ts";
import { parseQuery } from "./query.ts";
import { parsePath, pathAndQuery } from "./routes.ts";

const SLASHLESS = fc.stringMatching(/^[^/?#]{0,12}$/);
const NAME = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.]{0,12}$/).filter((name) => name !== "restate");

describe("parsePath", () => {
  it("finds the verb, the scope and the target of a call or send", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("call" as const, "send" as const),
        fc.option(SLASHLESS, { nil: undefined }),
        NAME,
        fc.option(SLASHLESS, { nil: undefined }),
        NAME,
        fc.boolean(),
        (verb, scope, service, key, handler, hasSlash) => {
          const rest = key === undefined ? [handler] : [key, handler];
          const prefix = scope === undefined ? "/restate" : `/restate/scope/${scope}`;
          const path = `${[prefix, verb, service, ...rest].join("/")}${hasSlash ? "/" : ""}`;
          expect(parsePath(path)).toEqual({ kind: "invoke", verb, scope, target: { service, rest } });
          const old = [service, ...rest].join("/");
          expect(parsePath(`/${old}`)).toEqual({
            kind: "invoke",
            verb: undefined,
            scope: undefined,
            target: { service, rest },
          });
        },
      ),
    );
  });

  it("leads any text to some route without throwing", () => {
    const pieces = fc.constantFrom(
      ..."restate call send scope attach output lookup a awakeables signals invocation workflow health x".split(" "),
      "",
      "%FF",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces, { maxLength: 9 }).map((some) => `/${some.join("/")}`),
        ),
        (path) => {
          expect(parsePath(path).kind).toBeTypeOf("string");
        },
      ),
    );
  });

  it("counts an empty segment between others, as the real server does, but not slashes at the ends", () => {
    expect(parsePath("//Counter//add/")).toMatchObject({ target: { service: "Counter", rest: ["", "add"] } });
    expect(parsePath("/restate/call//Greeter/greet")).toMatchObject({ target: { service: "" } });
    expect(parsePath("/")).toMatchObject({ kind: "badPath" });
    expect(parsePath("")).toMatchObject({ kind: "badPath" });
  });

  it("tells the older ways to name an invocation apart", () => {
    expect(parsePath("/restate/invocation/inv_1/attach")).toMatchObject({ kind: "invocationById", id: "inv_1" });
    expect(parsePath("/restate/invocation/S/h/k/attach")).toMatchObject({ kind: "invocationByTarget", service: "S" });
    expect(parsePath("/restate/workflow/W/k/output")).toMatchObject({ kind: "workflow", name: "W", key: "k" });
    expect(parsePath("/restate/a/x/resolve")).toEqual(parsePath("/restate/awakeables/x/resolve"));
  });
});

describe("pathAndQuery", () => {
  it.each([
    ["/a?b#c", "/a?b"],
    ["http://other:80/a?b", "/a?b"],
    ["http://other", "/"],
    ["*", "/"],
    ["", "/"],
  ])("of '%s' is '%s'", (target, expected) => {
    expect(pathAndQuery(target)).toBe(expected);
  });
});

describe("percent-decoding", () => {
  it("gives back any key that was encoded", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (key) => {
        expect(decodeSegment(encodeURIComponent(key))).toBe(key);
      }),
    );
  });

  it("takes a percent sign that encodes nothing for itself, and refuses what is not UTF-8", () => {
    for (const text of ["%", "%4", "%ZZ", "a%", "%%", "100%25"]) {
      expect(decodeSegment(text)).toBe(text.replace("%25", "%"));
    }
    for (const text of ["%FF", "%C3", "a%C3%28", "%ED%A0%80"]) expect(decodeSegment(text)).toBeUndefined();
    expect(decodeSegment("a+b")).toBe("a+b");
  });

  it("never throws on a query", () => {
    expect(decodeQueryText("a+b%20c%FF%ZZ")).toBe("a b c\ufffd%ZZ");
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[%0-9A-F+]{0,12}$/)), (text) => {
        expect(decodeQueryText(text)).toBeTypeOf("string");
      }),
    );
  });
});

describe("parseQuery", () => {
  it.each([
    ["delay=10s", "10s", undefined],
    ["delay", "", undefined],
    ["delay=", "", undefined],
    ["Delay=1s&DELAY=2s", "1s", undefined],
    ["x&&de%6cay=%31s&", "1s", undefined],
    ["delay=1h+30m&limit-key=a%2Fb", "1h 30m", "a/b"],
    ["delays=1&xdelay=2", undefined, undefined],
    ["a=delay=3&limit-key=b=c", undefined, "b=c"],
    ["", undefined, undefined],
  ])("%s", (query, delay, limitKey) => {
    expect(parseQuery(query)).toEqual({ delay, limitKey });
  });
});
