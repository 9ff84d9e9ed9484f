import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { createAuthority, openAuthority } from "./authority.ts";

const request = { name: "a-1", uris: ["spiffe://entrain/orders/agent/a-1"], hosts: ["localhost"], addresses: ["::1"] };

test("a certificate is signed by its authority, says who it is, and fits its key", async () => {
  const authority = await createAuthority("orders");
  const issued = await authority.issue(request);
  const cert = new X509Certificate(issued.cert);
  assert.equal(issued.ca, authority.pem.cert);
  assert.ok(cert.verify(new X509Certificate(issued.ca).publicKey));
  assert.ok(cert.checkPrivateKey(createPrivateKey(issued.key)));
  assert.equal(cert.ca, false);
  assert.match(cert.subjectAltName ?? "", /^URI:spiffe:\/\/entrain\/orders\/agent\/a-1, DNS:localhost, IP Address:/);
});

test("an authority that was kept signs on", async () => {
  const kept = await openAuthority((await createAuthority("orders")).pem);
  const { cert, ca } = await kept.issue(request);
  assert.ok(new X509Certificate(cert).checkIssued(new X509Certificate(ca)));
});

test("two certificates never have the same serial number, and end when they are told to", async () => {
  const authority = await createAuthority("orders");
  const notAfter = new Date(Math.ceil(Date.now() / 1_000) * 1_000 - 60_000);
  const notBefore = new Date(notAfter.getTime() - 60_000);
  const [first, second] = await Promise.all([
    authority.issue({ ...request, notBefore, notAfter }),
    authority.issue(request),
  ]);
  assert.notEqual(new X509Certificate(first.cert).serialNumber, new X509Certificate(second.cert).serialNumber);
  assert.equal(new X509Certificate(first.cert).validToDate.getTime(), notAfter.getTime());
});

test("what is no authority, or no key, is refused with a remedy", async () => {
  const authority = await createAuthority("orders");
  const { pem } = authority;
  const member = await authority.issue(request);
  const refusal = { code: "invalid-config", field: "ca.key" };
  await assert.rejects(openAuthority({ cert: member.cert, key: member.key }), refusal);
  await assert.rejects(openAuthority({ ...pem, key: "no key" }), refusal);
  await assert.rejects(openAuthority({ ...pem, cert: "" }), refusal);
});
