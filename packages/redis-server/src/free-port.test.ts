import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { findFreePort, isFree, PORT_MAX, PORT_MIN } from "./free-port.ts";

test("a free port lies below the range of outgoing connections, and is no longer free once somebody listens", async () => {
  const port = await findFreePort();
  assert.ok(port >= PORT_MIN && port < PORT_MAX);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  assert.equal(await isFree(port), false);
  await new Promise((resolve) => server.close(resolve));
});
