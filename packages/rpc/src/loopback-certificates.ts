/**
 * For tests: a certificate authority and one certificate for 127.0.0.1, made on the spot without any tool. X.509 v3
 * (RFC 5280) in DER, ECDSA P-256 with SHA-256, valid for a day around now.
 */
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import type { TlsMaterial } from "./credentials.ts";

const dayMs = 86_400_000;

/** Tag, length, content. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const size = body.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const identifier = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
const bits = (content: Buffer): Buffer => der(0x03, Buffer.from([0]), content);
const instant = (unixMs: number): Buffer =>
  der(0x17, Buffer.from(`${new Date(unixMs).toISOString().replaceAll(/[-:T]/g, "").slice(2, 14)}Z`));
const commonName = (name: string): Buffer =>
  sequence(der(0x31, sequence(identifier("550403"), der(0x0c, Buffer.from(name)))));
const extension = (oid: string, critical: boolean, value: Buffer): Buffer =>
  sequence(identifier(oid), ...(critical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value));

const ecdsaWithSha256 = sequence(identifier("2a8648ce3d040302"));
const isAuthority = extension("551d13", true, sequence(der(0x01, Buffer.from([0xff]))));
const isLoopback = extension("551d11", false, sequence(der(0x87, Buffer.from([127, 0, 0, 1]))));

function certificate(subject: string, key: KeyObject, issuer: string, issuerKey: KeyObject, feature: Buffer): string {
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    commonName(issuer),
    sequence(instant(Date.now() - dayMs), instant(Date.now() + dayMs)),
    commonName(subject),
    key.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(feature)),
  );
  const signed = sequence(content, ecdsaWithSha256, bits(sign("sha256", content, issuerKey)));
  return `-----BEGIN CERTIFICATE-----\n${signed.toString("base64").replaceAll(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;
}

/** What a member of the fleet `name` has: the authority's certificate, its own one, and its key. */
export function createLoopbackCertificates(name: string): TlsMaterial {
  const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const member = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    ca: certificate(name, authority.publicKey, name, authority.privateKey, isAuthority),
    cert: certificate("member", member.publicKey, name, authority.privateKey, isLoopback),
    key: member.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
