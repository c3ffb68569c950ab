import { describe, expect, it } from "vitest";
import type { Service } from "../../api/registry.ts";
import { draftOf, namesFor, ownSettings, settingChanges, settingOf, settingProblems } from "./settings.ts";

const service: Service = {
  ...{ name: "Cart", ty: "VirtualObject", handlers: [], deployment_id: "dp_1", revision: 1, public: true },
  ...{ idempotency_retention: "1d", journal_retention: "1d", inactivity_timeout: "1m", abort_timeout: "10m" },
};

describe("the configuration of a service", () => {
  it("sends what has changed, and not what is only written in another way", () => {
    const draft = draftOf(service);
    expect(settingChanges(service, draft)).toEqual({});
    expect(settingChanges(service, { ...draft, inactivity_timeout: "60s", abort_timeout: " PT5M " })).toEqual({
      abort_timeout: "PT5M",
    });
    expect(settingChanges(service, { ...draft, public: false, journal_retention: "0" })).toEqual({
      ...{ public: false, journal_retention: "0" },
    });
  });

  it("names the fields that are no durations", () => {
    const draft = { ...draftOf(service), inactivity_timeout: "soon", abort_timeout: "" };
    expect(Object.keys(settingProblems(service, draft))).toEqual(["inactivity_timeout", "abort_timeout"]);
    expect(settingProblems(service, draftOf(service))).toEqual({});
    expect(settingOf("Failed to deserialize: journal_retention: bad")).toBe("journal_retention");
    expect(settingOf("no")).toBeUndefined();
  });

  it("has a retention of its own only for workflows", () => {
    expect(namesFor(service)).not.toContain("workflow_completion_retention");
    expect(namesFor({ ty: "Workflow" })).toContain("workflow_completion_retention");
    expect(ownSettings({ abort_timeout: "5s" })).toEqual([["abort_timeout", "5s"]]);
  });
});
