/** A barrier opens when all have come and not before, whatever happens to links and Redis (L2, S1); a broken one is noticed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runBarrier } from "./barrier-run.ts";

test("three parties meet again and again while a link is cut one way and Redis is killed, then paused", async (t) => {
  const outcome = await runBarrier();
  t.diagnostic(JSON.stringify(outcome));
  assert.deepEqual(outcome.violations, []);
  assert.ok(outcome.rounds >= 40 && outcome.failed >= 1, "rounds opened after each fault, and waits failed");
});

test("the check notices a barrier that opens for one too few", async (t) => {
  const mutation = { script: "arrive", text: "others + 1 < parties", instead: "others + 2 < parties" };
  const { violations } = await runBarrier(mutation);
  t.diagnostic(violations[0] ?? "nothing");
  assert.match(violations.join("\n"), /opened without p/);
});
