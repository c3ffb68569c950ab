import { describe, expect, it } from "vitest";
import { headerProblem, headersOf } from "../../ui/headers.ts";
import { asCurl, asTypeScript, attachUrl, type Call, limitKeyProblem, requestOf, scopeProblem } from "./call.ts";
import { utf8 } from "./input.ts";

const call: Call = {
  service: { name: "Cart", ty: "VirtualObject" },
  handler: { name: "add", ty: "Exclusive" },
  key: "a/b c",
  body: utf8('{"it\'s":1}'),
  contentType: "application/json",
  ...{ idempotencyKey: "once", delay: "", scope: "", limitKey: "", headers: [], isSend: false },
};
const plain: Call = { ...call, idempotencyKey: "", key: "k" };
const code = (of: Partial<Call>) => asTypeScript("http://h", { ...plain, ...of });

describe("a call from the playground", () => {
  it("is addressed as the ingress wants it", () => {
    expect(requestOf("http://localhost:8080/", call)).toEqual({
      url: "http://localhost:8080/restate/call/Cart/a%2Fb%20c/add",
      headers: { "content-type": "application/json", "idempotency-key": "once" },
      body: call.body,
    });
    expect(
      requestOf("http://h", { ...call, isSend: true, delay: "1h 30m", scope: "shop", limitKey: "t/u", body: utf8("") }),
    ).toEqual({
      url: "http://h/restate/scope/shop/send/Cart/a%2Fb%20c/add?delay=1h%2030m",
      headers: { "idempotency-key": "once", "x-restate-limit-key": "t/u" },
      body: undefined,
    });
    // Only a send can be delayed.
    expect(requestOf("http://h", { ...call, delay: "10s" }).url).not.toContain("delay");
    expect(attachUrl("http://h/", "inv_1a")).toBe("http://h/restate/attach/inv_1a");
  });

  it("takes headers one a line, which win over its own, and says which line is none", () => {
    const text = "Content-Type: text/csv\n\n X-Tenant :a:b \nx-empty:";
    expect(headersOf(text)).toEqual([
      ["Content-Type", "text/csv"],
      ["X-Tenant", "a:b"],
      ["x-empty", ""],
    ]);
    expect(headerProblem(text)).toBeUndefined();
    expect(headerProblem("no header")).toContain("no header");
    expect(headerProblem("x: Zürich")).toContain("Zürich");
    expect(requestOf("http://h", { ...plain, headers: headersOf(text) }).headers).toEqual({
      ...{ "content-type": "text/csv", "x-tenant": "a:b", "x-empty": "" },
    });
  });

  it("says what a scope and a limit key have to be", () => {
    expect(scopeProblem("")).toBeUndefined();
    expect(scopeProblem("shop.eu-1")).toBeUndefined();
    expect(scopeProblem("with space")).toBeDefined();
    expect(limitKeyProblem("tenant/user", "shop")).toBeUndefined();
    expect(limitKeyProblem("tenant", "")).toContain("scope");
    expect(limitKeyProblem("a/b/c", "shop")).toBeDefined();
  });
});

describe("a call copied for a shell", () => {
  it("quotes what the shell would read as something else", () => {
    expect(asCurl(requestOf("http://h", call))).toBe(
      "curl -X POST 'http://h/restate/call/Cart/a%2Fb%20c/add' \\\n  -H 'content-type: application/json' \\\n  -H 'idempotency-key: once' \\\n  --data-raw '{\"it'\\''s\":1}'",
    );
  });

  it("keeps curl from its own ideas: of empty headers, of a content type, and of @", () => {
    const text = asCurl({ url: "http://h/", headers: { "x-empty": "" }, body: utf8("@/etc/passwd") });
    expect(text).toContain("-H 'x-empty;'");
    expect(text).toContain("-H 'content-type:'");
    expect(text).toContain("--data-raw '@/etc/passwd'");
  });

  it("writes bytes that are no text for printf", () => {
    const text = asCurl({ url: "http://h/", headers: { "content-type": "x/y" }, body: Uint8Array.of(0, 255, 39) });
    expect(text).toBe(
      "printf '\\000\\377\\047' | curl -X POST 'http://h/' \\\n  -H 'content-type: x/y' \\\n  --data-binary @-",
    );
  });
});

describe("a call copied for a program", () => {
  it("uses the client of the kind of service, with options", () => {
    expect(asTypeScript("http://h", call)).toContain(
      'restate.objectClient<any>({ name: "Cart" }, "a/b c");\nconst answer = await client.add({"it\'s":1}, clients.rpc.opts({ idempotencyKey: "once" }));',
    );
    const service = { name: "Greeter", ty: "Service" } as const;
    expect(code({ service, body: utf8("") })).toContain(
      'serviceClient<any>({ name: "Greeter" });\nconst answer = await client.add();',
    );
    expect(code({ isSend: true, delay: "1m 30s", scope: "shop", limitKey: "t" })).toContain(
      'restate.scope("shop").objectSendClient<any>({ name: "Cart" }, "k");\nconst answer = await client.add({"it\'s":1}, clients.rpc.sendOpts({ limitKey: "t", delay: 90000 }));',
    );
  });

  it("submits a workflow and waits for it, calls its handlers, and sends to them by name", () => {
    const service = { name: "Order", ty: "Workflow" } as const;
    const run = code({ service, handler: { name: "run", ty: "Workflow" }, body: utf8("1") });
    expect(run).toContain("await client.workflowSubmit(1);\nconst answer = await client.workflowAttach();");
    const handler = { name: "approve", ty: "Shared" } as const;
    expect(code({ service, handler, body: utf8("1") })).toContain(
      'workflowClient<any>({ name: "Order" }, "k");\nconst answer = await client.approve(1);',
    );
    expect(code({ service, handler, body: utf8("1"), isSend: true })).toContain(
      'restate.send({ service: "Order", handler: "approve", key: "k", parameter: 1 });',
    );
  });

  it("quotes names, texts and headers, and gives other bodies a serde", () => {
    expect(code({ handler: { name: "add-all" } })).toContain('client["add-all"](');
    expect(code({ key: 'quote " and \\' })).toContain('"quote \\" and \\\\"');
    expect(code({ headers: [["x-a", 'b"c']] })).toContain('headers: { "x-a": "b\\"c" }');
    const text = code({ body: utf8("line\n$x`"), contentType: "text/plain" });
    expect(text).toContain(
      'client.add("line\\n$x`", clients.rpc.opts({ input: { contentType: "text/plain", serialize:',
    );
    expect(code({ body: Uint8Array.of(0, 255), contentType: "a/b" })).toContain(
      "client.add(Uint8Array.from([0, 255]), ",
    );
    expect(code({ body: utf8("{broken") })).toContain('client.add("{broken", ');
    expect(code({ body: utf8('{"__proto__":1}') })).toContain('client.add("{\\"__proto__\\":1}", ');
  });
});
