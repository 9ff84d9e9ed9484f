/**
 * Ports for servers that come back on the same port after they died.
 *
 * They are taken from below the range that systems give to outgoing connections. In that range a client that reconnects
 * to a dead server's port is sooner or later given that very port as its own, connects to itself, and keeps the server
 * from coming back.
 */
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Linux gives out 32768 and above by default, macOS and Windows 49152 and above. */
export const PORT_MIN = 20_000;
export const PORT_MAX = 32_000;
const TRIES = 50;

/** A port of 127.0.0.1 where nothing listens just now; somebody else may take it before the caller does. */
export async function findFreePort(): Promise<number> {
  for (let i = 0; i < TRIES; i++) {
    const port = randomInt(PORT_MIN, PORT_MAX);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${String(PORT_MIN)} and ${String(PORT_MAX)}`);
}

/** Whether a server could listen on this port of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => {
      resolve(false);
    });
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      probe.close(() => {
        resolve(true);
      });
    });
  });
}
