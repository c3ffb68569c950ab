import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeInvocationId } from "../../sdk/protocol/index.ts";
import { startAdmin } from "./admin.fixture.ts";

let admin: Awaited<ReturnType<typeof startAdmin>>;
beforeEach(async () => {
  admin = await startAdmin();
});
afterEach(() => admin.close());

const put = (...rules: object[]) => admin.request("PUT", "/limits/rules", rules);
const remove = (...rules: object[]) => admin.request("POST", "/limits/rules/bulk-delete", rules);

describe("PUT /limits/rules", () => {
  it("makes rules and replaces them whole, with a version of their own that counts on", async () => {
    const made = await put({ pattern: "*", limits: { concurrency: 10 }, description: "all" });
    expect(made.json).toEqual([
      {
        pattern: "*",
        limits: { concurrency: 10 },
        description: "all",
        disabled: false,
        version: 1,
        last_modified_millis_since_epoch: expect.any(Number),
      },
    ]);
    expect((await put({ pattern: "a/b" })).json).toMatchObject([{ pattern: "a/b", limits: {}, version: 2 }]);
    const replaced = await put({ pattern: "*", disabled: true });
    expect(replaced.json).toMatchObject([{ limits: {}, disabled: true, version: 2 }]);
    expect(replaced.json[0].description).toBeUndefined();
    // A new one begins with the number of the change.
    expect((await put({ pattern: "b" })).json).toMatchObject([{ version: 4 }]);
  });

  it("keeps the version of a rule that it does not change", async () => {
    const first = await put({ pattern: "a", limits: { concurrency: 1 } });
    expect((await put({ pattern: "a", limits: { concurrency: 1 } })).json).toEqual(first.json);
    const described = await put({ pattern: "a", limits: { concurrency: 1 }, description: "why" });
    expect(described.json).toMatchObject([{ version: first.json[0].version, description: "why" }]);
  });

  it("never gives a rule that is made again a version it had", async () => {
    await put({ pattern: "a" });
    await remove({ pattern: "a" });
    expect((await put({ pattern: "a" })).json).toMatchObject([{ version: 3 }]);
  });

  it.each([
    ["a/", "a"],
    [" a ", "a"],
    ["a / b", "a/b"],
    ["*/*/x", "*/*/x"],
  ])("reads the pattern '%s' as '%s'", async (pattern, expected) => {
    expect((await put({ pattern })).json).toMatchObject([{ pattern: expected }]);
  });

  it.each(["", " ", "/", "/a", "a//b", "a//", "a/b/c/d", "a b", "a*", "**", "ä", "a:b", "x".repeat(37)])(
    "refuses the pattern '%s'",
    async (pattern) => {
      expect((await put({ pattern })).status).toBe(422);
    },
  );

  it.each([
    [{ limits: { concurrency: 0 } }],
    [{ limits: { concurrency: 1.5 } }],
    [{ limits: { concurrency: 2 ** 32 } }],
    [{ limits: null }],
    [{ disabled: null }],
    [{ precondition: null }],
    [{ precondition: { type: "matches" } }],
    [{ precondition: { type: "other" } }],
  ])("refuses %j", async (rule) => {
    expect((await put({ pattern: "a", ...rule })).status).toBe(422);
  });

  it("does all of a batch or nothing", async () => {
    await put({ pattern: "a" });
    const refused = await put({ pattern: "b" }, { pattern: "a", precondition: { type: "does_not_exist" } });
    expect(refused).toMatchObject({ status: 409, json: { restate_code: null } });
    expect((await put({ pattern: "b", precondition: { type: "does_not_exist" } })).status).toBe(200);
    expect((await put({ pattern: "a", precondition: { type: "matches", version: 2 } })).status).toBe(409);
    expect((await put({ pattern: "a", precondition: { type: "matches", version: 1 } })).status).toBe(200);
  });
});

describe("POST /limits/rules/bulk-delete", () => {
  it("says which rules were there", async () => {
    await put({ pattern: "a" }, { pattern: "b" });
    expect((await remove({ pattern: "a" }, { pattern: "none" })).json).toEqual(["a"]);
  });

  it("refuses the whole batch when a version is another", async () => {
    await put({ pattern: "a" }, { pattern: "b" });
    expect((await remove({ pattern: "a" }, { pattern: "b", expected_version: 9 })).status).toBe(409);
    expect((await remove({ pattern: "none", expected_version: 1 })).status).toBe(409);
    expect((await remove({ pattern: "a", expected_version: 1 })).json).toEqual(["a"]);
  });

  it.each([["{}"], ["[{}]"], ['[{"pattern":"a b"}]'], ['[{"pattern":"a","expected_version":"1"}]']])(
    "refuses %s",
    async (body) => {
      const answer = await admin.request("POST", "/limits/rules/bulk-delete", body, {
        "content-type": "application/json",
      });
      expect(answer.status).toBe(422);
    },
  );
});

describe("/vqueues", () => {
  const id = encodeInvocationId(Buffer.alloc(24, 7)).replace("inv_", "vq_");

  it("pauses and resumes a queue", async () => {
    expect((await admin.request("POST", `/vqueues/${id}/pause`)).status).toBe(202);
    expect(admin.pausedQueues.list()).toEqual([id]);
    expect((await admin.request("POST", `/vqueues/${id}/resume`)).status).toBe(202);
    expect(admin.pausedQueues.isPaused(id)).toBe(false);
  });

  it.each(["x", "vq_", "vq_1x", "inv_1"])("refuses the id '%s'", async (bad) => {
    expect((await admin.request("POST", `/vqueues/${bad}/pause`)).status).toBe(400);
  });
});
