import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { json, TestEndpoint } from "../support/index.ts";
import { pairsUnderTest } from "./conformance.ts";
import { endpointFile, Stand } from "./stand.ts";

const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

function base58(bytes: Uint8Array): string {
  let number = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  let text = "";
  for (; number > 0n; number /= 58n) text = `${alphabet[Number(number % 58n)]}${text}`;
  return text;
}

/** A key pair: the private one as PEM, the public one as the SDK wants it. */
function keyPair() {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  return { pem: privateKey.export({ type: "pkcs8", format: "pem" }), publicKey: `publickeyv1_${base58(raw)}` };
}

describe.each(pairsUnderTest("bidi"))("server %s, SDK %s, signing its requests", (kind, sdk) => {
  const folder = mkdtempSync(path.join(tmpdir(), "restate-lite-identity-"));
  const pemFile = path.join(folder, "key.pem");
  const { pem, publicKey } = keyPair();
  const stand = new Stand(kind, sdk, "bidi");
  let stranger: TestEndpoint | undefined;

  beforeAll(async () => {
    writeFileSync(pemFile, pem);
    await stand.setUp({
      server: { env: { RESTATE_REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE: pemFile } },
      endpoint: { IDENTITY_KEY: publicKey },
    });
  });
  afterAll(async () => {
    await stand.tearDown();
    await stranger?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it("an endpoint that trusts the server's key takes discovery and attempts", async () => {
    expect(await stand.value("Calls/service", "signed")).toBe("signed");
  });

  it("an endpoint that trusts another key refuses the server", async () => {
    stranger = await TestEndpoint.start(endpointFile, { sdk, env: { IDENTITY_KEY: keyPair().publicKey } });
    const answer = await stand.register(stranger.url);
    expect(answer.status).toBe(500);
    expect(json<{ message: string }>(answer).message).toContain("401");
  });
});
