/**
 * The keeper process (main). It stands between the supervisor and the server so that the server outlives the supervisor
 * by a moment and no more, however the supervisor ends.
 *
 * stdin: one KeeperRequest, then silence until it closes. stdout: KeeperEvents. SIGTERM, SIGINT and SIGHUP end it at
 * once, without waiting for other clients. Exit code 69 where the server did not come up, else 0.
 */
import { createInterface } from "node:readline";
import { keepRedisServer } from "./keep-redis-server.ts";
import type { KeeperEvent, KeeperRequest } from "./keeper-protocol.ts";
import { RedisServerError } from "./redis-server-error.ts";

const EXIT_UNAVAILABLE = 69;

const end = new AbortController();
const endNow = new AbortController();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  process.on(signal, () => {
    endNow.abort();
  });
}
// Nobody reads any more once the supervisor is gone; the work goes on to its end all the same.
process.stdout.on("error", () => undefined);
const report = (event: KeeperEvent) => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
};

const lines = createInterface({ input: process.stdin });
const request = await new Promise<KeeperRequest | undefined>((resolve) => {
  lines.once("line", (line) => {
    resolve(JSON.parse(line) as KeeperRequest);
  });
  lines.once("close", () => {
    end.abort();
    resolve(undefined);
  });
});
if (request !== undefined) {
  try {
    await keepRedisServer(request, { end: end.signal, endNow: endNow.signal, report });
  } catch (thrown) {
    const error = RedisServerError.from(thrown, "start-failed");
    if (error.code !== "aborted") {
      report({ kind: "failed", reason: error.message });
      process.exitCode = EXIT_UNAVAILABLE;
    }
  }
}
process.stdin.destroy();
