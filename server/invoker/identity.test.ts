import { generateKeyPairSync, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../manual-clock.fixture.ts";
import { base58 } from "./base58.ts";
import { createRequestIdentity, publicKeyV1 } from "./identity.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const pem = privateKey.export({ type: "pkcs8", format: "pem" });

function parts(token: string) {
  const [header = "", claims = "", signature = ""] = token.split(".");
  const json = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
  return {
    header: json(header),
    claims: json(claims),
    isValid: verify(null, Buffer.from(`${header}.${claims}`), publicKey, Buffer.from(signature, "base64url")),
  };
}

describe("base58", () => {
  it.each([
    ["", ""],
    ["00", "1"],
    ["0000287fb4cd", "11233QC4"],
    ["61", "2g"],
    ["626262", "a3gV"],
    ["73696d706c792061206c6f6e6720737472696e67", "2cFupjhnEsSn59qHXstmK2ffpLv2"],
    ["00eb15231dfceb60925886b67d065299925915aeb172c06647", "1NS17iag9jJgTHD1VXjvLCEnZuQ3rJDE9L"],
  ])("encodes %s", (hex, text) => {
    expect(base58(Buffer.from(hex, "hex"))).toBe(text);
  });
});

describe("request identity", () => {
  it("gives the public key in the form that endpoints are configured with", () => {
    // What restate-server 1.7.12 sends as `kid` for this key, which was made for the test.
    const known = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIARpFXcKYEdz1UDY/IiM5c0c01Aygd8taf9EkmM8CG/Q
-----END PRIVATE KEY-----
`;
    expect(publicKeyV1(known)).toBe("publickeyv1_GHKur7Aj3nSsaQnFT8puJmF4jDYhY4fTPP8Hp7bN59Ri");
    expect(publicKeyV1(pem)).toMatch(/^publickeyv1_[1-9A-HJ-NP-Za-km-z]{42,44}$/);
  });

  it("signs the audience with times around now", () => {
    const clock = new ManualClock();
    const identity = createRequestIdentity(pem, clock);
    const headers = identity.headers("/invoke/Greeter/greet");
    expect(headers["x-restate-signature-scheme"]).toBe("v1");
    const { header, claims, isValid } = parts(headers["x-restate-jwt-v1"] as string);
    const now = Math.floor(clock.nowMs() / 1000);
    expect(header).toEqual({ typ: "JWT", alg: "EdDSA", kid: identity.publicKey });
    expect(claims).toEqual({ aud: "/invoke/Greeter/greet", iat: now, nbf: now - 60, exp: now + 60 });
    expect(isValid).toBe(true);
  });

  it("uses a token again for some seconds, for the same path only", () => {
    const clock = new ManualClock();
    const identity = createRequestIdentity(pem, clock);
    const first = identity.headers("/invoke/A/a");
    clock.advance(5000);
    expect(identity.headers("/invoke/A/a")).toBe(first);
    expect(identity.headers("/invoke/A/b")["x-restate-jwt-v1"]).not.toBe(first["x-restate-jwt-v1"]);
    clock.advance(6000);
    const later = parts(identity.headers("/invoke/A/a")["x-restate-jwt-v1"] as string);
    expect(later.claims.exp).toBe(Math.floor(clock.nowMs() / 1000) + 60);
    expect(later.isValid).toBe(true);
  });

  it("refuses other keys", () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({ type: "pkcs8", format: "pem" });
    expect(() => publicKeyV1(rsa)).toThrow("Ed25519");
    expect(() => publicKeyV1("nonsense")).toThrow();
  });
});
