import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { settingsDocument } from "./document.ts";
import { environmentName, loadConfig, type Sources } from "./index.ts";
import { otherSetting } from "./others.ts";
import { namesOf, SETTINGS, type Setting } from "./settings.ts";
import { durationMs, sizeBytes } from "./values.ts";

const load = (sources: Partial<Sources>) =>
  loadConfig({ options: {}, environment: {}, configFile: undefined, ...sources });

function file(toml: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "restate-lite-config-")), "restate.toml");
  writeFileSync(path, toml);
  return path;
}

/** Names of restate-server's documented configuration for which `--dump-config` has no line. */
const DOCUMENTED_WITHOUT_DEFAULT = `
  admin.advertised-address admin.advertised-admin-endpoint admin.advertised-host admin.bind-address admin.bind-ip
  admin.bind-port admin.concurrent-api-requests-limit admin.deployment-routing-headers admin.disable-cluster-controller
  admin.listen-mode admin.query-engine.query-parallelism admin.query-engine.rate-limiting.capacity
  admin.query-engine.rate-limiting.rate admin.query-engine.tmp-dir admin.use-random-ports advertised-address
  advertised-host base-dir bind-address bind-ip bind-port default-thread-pool-size default-thread-stack-size
  disable-config-sql-table force-node-id ingress.advertised-address ingress.advertised-host
  ingress.advertised-ingress-endpoint ingress.bind-address ingress.bind-ip ingress.bind-port
  ingress.concurrent-api-requests-limit ingress.http2-max-concurrent-streams ingress.listen-mode
  ingress.use-random-ports listen-mode location max-idempotency-retention max-journal-retention
  max-retry-policy-max-attempts max-workflow-completion-retention node-name storage-high-priority-bg-threads
  storage-low-priority-bg-threads tokio-console-bind-address tracing-endpoint tracing-headers tracing-json-path
  tracing-runtime-endpoint tracing-services-endpoint use-random-ports worker.durability-mode
  worker.invoker.action-throttling.capacity worker.invoker.action-throttling.rate
  worker.invoker.additional-request-headers worker.invoker.aws-assume-role-external-id worker.invoker.aws-profile
  worker.invoker.http-proxy worker.invoker.http2-initial-max-send-streams
  worker.invoker.invocation-throttling.capacity worker.invoker.invocation-throttling.rate worker.invoker.no-proxy
  worker.invoker.request-identity-private-key-pem-file worker.invoker.tmp-dir worker.num-timers-in-memory-limit
  worker.snapshots.destination worker.snapshots.snapshot-interval worker.snapshots.export-concurrency-limit
  worker.snapshots.aws-region log-server.rocksdb-wal-dir metadata-client.path networking.message-size-limit
  bifrost.replicated-loglet.sequencer-retry-policy.type rocksdb-high-priority-threads
`
  .trim()
  .split(/\s+/);

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
    expect(warnings).toEqual([
      "RESTATE_WORKER__INVOKER__HTTP_PROXY has no effect: Endpoints are called directly, without a proxy.",
    ]);
  });

  it("warns of what has no effect only when it asks for something", async () => {
    const { warnings } = await load({
      configFile: file('listen-mode = "unix"\n[ingress]\nlisten-mode = "tcp"\nkafka-clusters = []\n'),
    });
    expect(warnings).toEqual([expect.stringMatching(/^listen-mode in .* has no effect: Both ports listen on TCP/)]);
  });

  it("knows every documented name that a dumped configuration leaves out", () => {
    const known = new Set(Object.values(SETTINGS as Record<string, Setting<unknown>>).flatMap(namesOf));
    const unknown = DOCUMENTED_WITHOUT_DEFAULT.filter((path) => !known.has(path) && otherSetting(path) === undefined);
    expect(unknown).toEqual([]);
  });

  it("has eager state switched off under its older name, in the environment and in the file", async () => {
    const environment = { RESTATE_WORKER__INVOKER__DISABLE_EAGER_STATE: "true" };
    expect((await load({ environment })).config.hasNoEagerState).toBe(true);
    const configFile = file("[worker.invoker]\ndisable-eager-state = true\n");
    expect((await load({ configFile })).config.hasNoEagerState).toBe(true);
    expect((await load({})).config.hasNoEagerState).toBe(false);
  });

  it("takes headers of requests from a table of the file or a line of the environment", async () => {
    const configFile = file('[worker.invoker.additional-request-headers]\nX-Team = "a"\nx-two = "b, c"\n');
    expect((await load({ configFile })).config.requestHeaders).toEqual({ "x-team": "a", "x-two": "b, c" });
    const environment = { RESTATE_WORKER__INVOKER__ADDITIONAL_REQUEST_HEADERS: '{ x-team = "a", "x-two" = "b" }' };
    expect((await load({ environment })).config.requestHeaders).toEqual({ "x-team": "a", "x-two": "b" });
    const bad = { RESTATE_WORKER__INVOKER__ADDITIONAL_REQUEST_HEADERS: "x" };
    await expect(load({ environment: bad })).rejects.toThrow("is not a table of headers");
  });

  it("takes random ports where no port is given", async () => {
    const environment = { RESTATE_USE_RANDOM_PORTS: "true", RESTATE_ADMIN__BIND_PORT: "3" };
    expect((await load({ environment })).config).toMatchObject({ ingressPort: 0, adminPort: 3 });
    const one = { RESTATE_INGRESS__USE_RANDOM_PORTS: "true" };
    const { config, warnings } = await load({ environment: one });
    expect(config).toMatchObject({ ingressPort: 0, adminPort: 9070 });
    expect(warnings).toEqual([]);
  });

  it("is written down", async () => {
    const document = fileURLToPath(new URL("../../docs/configuration.md", import.meta.url));
    await expect(settingsDocument()).toMatchFileSnapshot(document);
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
