import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { probeAddress } from "./probe-address.ts";

test("a port with a server is open, and refuses once the server is gone", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  assert.equal(await probeAddress(address, 5_000), "open");
  await new Promise((closed) => server.close(closed));
  assert.equal(await probeAddress(address, 5_000), "refused");
});

test("what is no address, or no name, is silent", async () => {
  assert.equal(await probeAddress("nowhere", 1_000), "silent");
  assert.equal(await probeAddress("no-such-host.invalid:1", 5_000), "silent");
});
