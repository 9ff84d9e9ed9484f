import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { test } from "node:test";

const script = path.join(import.meta.dirname, "health-check.ts");

async function exitCodeOf(port: number, ...args: string[]): Promise<unknown> {
  const env = { ...process.env, ENTRAIN_OPS_PORT: String(port) };
  const child = spawn(process.execPath, [script, ...args], { env, stdio: "ignore" });
  const [code] = (await once(child, "exit")) as [unknown];
  return code;
}

test("it is healthy where the ops port answers 200, and only there", async () => {
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/healthz" ? 200 : 503).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  assert.equal(await exitCodeOf(port), 0);
  assert.equal(await exitCodeOf(port, "/readyz"), 1);
  server.close();
  await once(server, "close");
  assert.equal(await exitCodeOf(port), 1, "nobody listens");
});

test("a port that accepts and says nothing is not healthy", async () => {
  const server = createServer(() => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  assert.equal(await exitCodeOf((server.address() as AddressInfo).port), 1);
  server.closeAllConnections();
  server.close();
});
