/**
 * A nightly job that must not run twice at once, over a store of the service's own: whoever has the lock works, and every
 * write carries the lock's token, so that a worker that was paused for longer than its lease cannot overwrite what its
 * successor has written.
 *
 *   npm run example:locks                 ends by itself; it wants a Redis, at REDIS_URL or else on 127.0.0.1:6379. Start it
 *                                         in two terminals: the second waits for the first
 */
import { createAgent, EntrainError } from "entrain";

/** Stands for the service's own database. The token is stored beside the row, and a lower one is refused. */
const report = { rows: 0, token: 0 };

/** In SQL: `UPDATE report SET rows = $1, token = $2 WHERE id = 'nightly' AND token <= $2`, and no row changed is a refusal. */
function writeReport(rows: number, token: number): void {
  if (token < report.token) throw new Error(`token ${token} is stale: ${report.token} has written`);
  report.rows = rows;
  report.token = token;
}

await using agent = createAgent({
  swarm: "example-locks",
  redis: process.env["REDIS_URL"] ?? "redis://127.0.0.1:6379",
  requireStore: true,
});
try {
  await agent.start();
} catch (thrown) {
  console.log(EntrainError.from(thrown).message);
  process.exit(69);
}

const nightly = agent.lock("nightly-report");
const stale = await nightly.run(
  async (lease) => {
    const done = Number((await nightly.saved())?.text ?? 0);
    console.log(`token ${lease.token}: going on after ${done} rows`);
    for (let rows = done + 1; rows <= done + 3 && !lease.signal.aborted; rows++) {
      writeReport(rows, lease.token);
      await lease.save(String(rows));
    }
    return lease.token;
  },
  { timeoutMs: 60_000 },
);

await using lease = await nightly.acquire();
writeReport(report.rows, lease.token);
try {
  writeReport(0, stale);
} catch (thrown) {
  console.log(`refused: ${EntrainError.from(thrown).message}`);
}
console.log(`the report has ${report.rows} rows`);
