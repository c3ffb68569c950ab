import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { environmentName, loadConfig, type Sources } from "./index.ts";
import { durationMs, sizeBytes } from "./values.ts";

const load = (sources: Partial<Sources>) =>
  loadConfig({ options: {}, environment: {}, configFile: undefined, ...sources });

function file(toml: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "restate-lite-config-")), "restate.toml");
  writeFileSync(path, toml);
  return path;
}

describe("the configuration", () => {
  it("takes the command line over the environment over the file over the defaults", async () => {
    const configFile = file(
      'bind-ip = "127.0.0.2"\ncluster-name = "c"\n[ingress]\nbind-port = 1\n[admin]\nbind-port = 2\n',
    );
    const environment = { RESTATE_INGRESS__BIND_PORT: "3", RESTATE_BIND_IP: "127.0.0.3" };
    const { config } = await load({ configFile, environment, options: { host: "127.0.0.4" } });
    expect(config).toMatchObject({
      host: "127.0.0.4",
      ingressPort: 3,
      adminPort: 2,
      clusterName: "c",
      durability: "power",
    });
  });

  it("finds the file through RESTATE_CONFIG", async () => {
    const { config } = await load({ environment: { RESTATE_CONFIG: file('default-journal-retention = "2h"') } });
    expect(config.journalRetentionMs).toBe(7_200_000);
  });

  it("warns about names that nobody knows, and not about those of the real server without meaning here", async () => {
    const configFile = file('bifrots = 1\n[bifrost]\ndefault-provider = "replicated"\n');
    const { warnings } = await load({
      configFile,
      environment: { RESTATE_INGRES__BIND_PORT: "1", RESTATE_ROLES: "[worker]" },
    });
    expect(warnings).toEqual([
      `bifrots in ${configFile} is no setting of restate-lite and is ignored`,
      "RESTATE_INGRES__BIND_PORT is no setting of restate-lite and is ignored",
    ]);
  });

  it("warns about a setting of the real server that somebody would miss", async () => {
    const { warnings } = await load({ environment: { RESTATE_WORKER__INVOKER__HTTP_PROXY: "http://proxy:1" } });
    expect(warnings).toEqual(["RESTATE_WORKER__INVOKER__HTTP_PROXY is no setting of restate-lite and is ignored"]);
  });

  it("is silent about variables of the CLI and the SDKs", async () => {
    const { warnings } = await load({ environment: { RESTATE_ADMIN_URL: "http://x", RESTATE_LOGGING: "debug" } });
    expect(warnings).toEqual([]);
  });

  it("finds the request identity key under both names that the documentation uses", async () => {
    for (const name of [
      "RESTATE_REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE",
      "RESTATE_WORKER__INVOKER__REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE",
    ]) {
      expect((await load({ environment: { [name]: "key.pem" } })).config.identityKeyFile).toBe("key.pem");
    }
  });

  it("takes a bind address apart, and lets --host win over it", async () => {
    const environment = { RESTATE_INGRESS__BIND_ADDRESS: "[::]:18080", RESTATE_ADMIN__BIND_ADDRESS: "0.0.0.0:19070" };
    const { config, warnings } = await load({ environment });
    expect(config).toMatchObject({ ingressHost: "::", ingressPort: 18080, adminHost: "0.0.0.0", adminPort: 19070 });
    expect(warnings).toEqual([]);
    const overridden = await load({ environment, options: { host: "127.0.0.9" } });
    expect(overridden.config).toMatchObject({ ingressHost: "127.0.0.9", adminHost: "127.0.0.9", ingressPort: 18080 });
    await expect(load({ environment: { RESTATE_ADMIN__BIND_ADDRESS: "9070" } })).rejects.toThrow(
      'RESTATE_ADMIN__BIND_ADDRESS: "9070" is not an address',
    );
  });

  it("names the source of a value that it cannot read", async () => {
    await expect(load({ environment: { RESTATE_ADMIN__BIND_PORT: "70000" } })).rejects.toThrow(
      'RESTATE_ADMIN__BIND_PORT: "70000" is not a whole number from 0 to 65535',
    );
    await expect(load({ options: { durability: "none" } })).rejects.toThrow("--durability: ");
    await expect(load({ configFile: "/nowhere/restate.toml" })).rejects.toThrow("does not exist");
    await expect(load({ configFile: file("a = ") })).rejects.toThrow(/restate\.toml: /);
  });

  it("takes a program's own defaults below every source", async () => {
    const environment = { RESTATE_ADMIN__BIND_PORT: "3" };
    const { config } = await load({ environment, defaults: { ingressPort: 0, adminPort: 0 } });
    expect(config).toMatchObject({ ingressPort: 0, adminPort: 3, durability: "power" });
  });

  it("reads the real server's log filter", async () => {
    const { config } = await load({ environment: { RUST_LOG: "warn,restate=debug" } });
    expect(config.logLevel).toBe("debug");
  });
});

describe("values", () => {
  it.each([
    ["1m 30s", 90_000],
    ["500ms", 500],
    ["1d", 86_400_000],
    ["PT10S", 10_000],
    ["P1DT0.5H", 88_200_000],
    ["1 day", 86_400_000],
    ["5 hours", 18_000_000],
    ["1 hour 30 minutes", 5_400_000],
    ["10 secs", 10_000],
    ["0", 0],
  ])("the duration %s", (source, ms) => expect(durationMs(source)).toBe(ms));

  it.each(["", "5", "1 fortnight", "PT", "s", "1s x", "1.2.3s", "PT1.2.3S", "-1s"])("no duration: %s", (source) => {
    expect(() => durationMs(source)).toThrow("duration");
  });

  it.each([
    ["32 MiB", 33_554_432],
    ["32.0 MiB", 33_554_432],
    ["1kb", 1000],
    ["0", 0],
  ])("the size %s", (source, bytes) => expect(sizeBytes(source)).toBe(bytes));

  it.each(["", "1.2.3", "x", "-1", "1 XB"])("no size: %s", (source) => expect(() => sizeBytes(source)).toThrow("size"));

  it("environment names follow the path", () => {
    expect(environmentName("worker.invoker.abort-timeout")).toBe("RESTATE_WORKER__INVOKER__ABORT_TIMEOUT");
  });
});
