import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress, isLoopback, parseAddress, targetOf } from "./listen-address.ts";

test("addresses are read and written alike", () => {
  for (const address of ["127.0.0.1:50051", "agent-3.agents.svc:1", "localhost:65535", "[::1]:0", "[fe80::1]:443"])
    assert.equal(formatAddress(parseAddress("address", address)), address);
});

test("what is no address is refused by the field's name", () => {
  for (const address of [
    "",
    "host",
    ":1",
    "host:",
    "host:65536",
    "host:1x",
    "::1:50051",
    "[host]:1",
    "http://host:1",
    "a b:1",
  ])
    assert.throws(
      () => parseAddress("peer.address", address),
      { code: "invalid-argument", field: "peer.address" },
      address,
    );
});

test("a target spells out what sort of host it is", () => {
  assert.equal(targetOf("10.0.0.7:50051"), "ipv4:10.0.0.7:50051");
  assert.equal(targetOf("[::1]:50051"), "ipv6:[::1]:50051");
  assert.equal(targetOf("unix:50051"), "dns:unix:50051");
});

test("loopback is what only this machine can reach", () => {
  assert.deepEqual(["127.0.0.1", "127.1.2.3", "::1", "localhost"].map(isLoopback), [true, true, true, true]);
  assert.deepEqual(["0.0.0.0", "::", "10.0.0.7", "localhost.example"].map(isLoopback), [false, false, false, false]);
});
