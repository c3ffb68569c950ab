import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publicKeyV1 } from "../../server/invoker/index.ts";
import { send, TestEndpoint, TestServer } from "../support/index.ts";

/** The official SDK verifies who calls it. */
describe("request identity", () => {
  const dir = mkdtempSync(path.join(tmpdir(), "restate-lite-identity-"));
  const keyFile = path.join(dir, "key.pem");
  const program = fileURLToPath(new URL("./endpoints/signed.mjs", import.meta.url));
  let endpoint: TestEndpoint;
  let signing: TestServer;
  let silent: TestServer;

  beforeAll(async () => {
    const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
    writeFileSync(keyFile, pem);
    const env = { RESTATE_REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE: keyFile };
    [endpoint, signing, silent] = await Promise.all([
      TestEndpoint.start(program, { env: { PUBLIC_KEY: publicKeyV1(pem.toString()) } }),
      TestServer.start("ours", { env, args: ["--log-level", "warn"] }),
      TestServer.start("ours", { args: ["--log-level", "warn"] }),
    ]);
  });

  afterAll(async () => {
    await Promise.all([signing?.dispose(), silent?.dispose(), endpoint?.kill()]);
    rmSync(dir, { recursive: true, force: true });
  });

  const register = (server: TestServer) =>
    fetch(`${server.adminUrl}/deployments`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ uri: endpoint.url }),
    });

  it("the SDK accepts discovery and attempts that are signed with its key", async () => {
    expect((await register(signing)).status).toBe(201);
    const answer = await send(signing.ingressUrl, "/Signed/greet", {
      headers: { "content-type": "application/json" },
      body: '"Ada"',
    });
    expect([answer.status, answer.text]).toEqual([200, '"Hello Ada"']);
  });

  it("and refuses a server without the key", async () => {
    const answer = await register(silent);
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({ restate_code: "META0003", message: expect.stringContaining("401") });
  });
});
