import { describe, expect, it } from "vitest";
import type { Deployment, Service } from "../../api/registry.ts";
import { afterRemoval, type Pins, standingOf } from "./standing.ts";

const service = (name: string, deployment_id: string, revision: number): Service => ({
  ...{ name, ty: "Service", handlers: [], deployment_id, revision, public: true },
});
const deployment = (id: string, ...services: { name: string; revision: number }[]): Deployment => ({
  ...{ id, created_at: "2026-01-01T00:00:00Z", min_protocol_version: 5, max_protocol_version: 7, services },
});
const pin = (id: string, n: number): Pins => ({ deployment: id, service: "Cart", status: "suspended", n });

const services = [service("Cart", "dp_2", 2), service("Mail", "dp_2", 1)];

describe("a deployment", () => {
  it("is active while it has the latest revision of a service, then draining, then drained", () => {
    expect(standingOf("dp_2", services, [])).toEqual({ standing: "active", pinned: 0, latestFor: ["Cart", "Mail"] });
    expect(
      standingOf("dp_1", services, [pin("dp_1", 2), { ...pin("dp_1", 1), service: "Mail" }, pin("dp_2", 9)]),
    ).toEqual({ standing: "draining", pinned: 3, latestFor: [] });
    expect(standingOf("dp_1", services, [pin("dp_2", 9)]).standing).toBe("drained");
  });

  it("leaves its services to an older revision, or to nobody, when it is removed", () => {
    const all = [
      deployment("dp_0", { name: "Cart", revision: 0 }),
      deployment("dp_1", { name: "Cart", revision: 1 }),
      deployment("dp_2", { name: "Cart", revision: 2 }, { name: "Mail", revision: 1 }),
    ];
    expect(afterRemoval("dp_2", services, all)).toEqual({ gone: ["Mail"], back: [{ name: "Cart", revision: 1 }] });
    expect(afterRemoval("dp_1", services, all)).toEqual({ gone: [], back: [] });
  });
});
