/**
 * A process that acquires a lock again and again, works under it for a while, replaces what it guards, and records all of
 * it. On purpose it is careless: having lost its lease it goes on saving under it for a while, as a process does that was
 * paused between its last look at the clock and the sending. The store has to refuse it.
 *
 * It ends when its standard input does.
 */
import { EntrainError } from "@entrain/kernel";
import type { Leadership } from "@entrain/core/election";
import type { LockStore } from "@entrain/ports";
import { LockQueue, systemTimers, type LockLease } from "@entrain/runtime";
import type { RecordedOutput } from "../recorded-operation.ts";
import { recordElection } from "./record-election.ts";
import { openRecordingWorker } from "./recording-worker.ts";
import { contendedLock } from "./worker-settings.ts";

/** A turn of each worker, ms, and turns under one lease. */
const turnMs = 15;
const turnsHeld = 60;

const { settings, clock, recorder, store, isUp } = openRecordingWorker();
const { agentId, incarnation, timings, stubbornMs } = settings;
const lock = store.lock(contendedLock);
/** The holding whose term the queue's lease has: the store's last answer tells its generation. */
let lastHeld: Leadership | undefined;
const election = recordElection(lock, recorder, isUp);
const recorded: LockStore = {
  ...election,
  async campaign(candidate) {
    const answer = await election.campaign(candidate);
    if (answer.kind === "granted") lastHeld = answer.held;
    return answer;
  },
  async renew(held, leaseMs) {
    const answer = await election.renew(held, leaseMs);
    if (answer.kind === "renewed") lastHeld = answer.held;
    return answer;
  },
  save: (held, text) => lock.save(held, text),
  saved: () => lock.saved(),
};
const queue = new LockQueue({
  name: contendedLock,
  store: recorded,
  clock,
  timers: systemTimers,
  events: () => undefined,
  timings,
  agentId,
  incarnation,
});

let turn = 0;

async function save(held: Leadership): Promise<void> {
  const text = `${agentId}-${incarnation}-${++turn}`;
  await recorder.record(
    { on: "guarded", saves: text, fence: held },
    () => lock.save(held, text),
    () => ({ of: "guarded", text }),
    outcomeOf,
  );
}

async function look(): Promise<void> {
  await recorder.record(
    { on: "guarded", saves: null, fence: null },
    () => lock.saved(),
    (found) => ({ of: "guarded", text: found?.text ?? null }),
    outcomeOf,
  );
}

/** What a refusal says about the operation; undefined where it may have happened. */
function outcomeOf(thrown: unknown): RecordedOutput | "nothing" | undefined {
  const { code } = EntrainError.from(thrown);
  if (code === "stale-term") return { of: "stale" };
  return code === "recovering" ? "nothing" : undefined;
}

/** Records that this process takes itself for the holder (L4). */
function believes(lease: LockLease, held: Leadership): boolean {
  return recorder.note(
    () => lease.isHeld(),
    (is) =>
      is
        ? [
            { on: "leadership", does: { kind: "believe", held } },
            { of: "leadership", was: { kind: "done" } },
          ]
        : undefined,
  );
}

async function attempt(work: () => Promise<void>): Promise<void> {
  if (isUp()) await work().catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, turnMs));
}

/** Works under one lease, and on under it for a while where it was lost. */
async function workUnder(lease: LockLease): Promise<void> {
  let held = lastHeld;
  for (let count = 0; stdin.open && count < turnsHeld && held !== undefined && believes(lease, held); count++) {
    if (lastHeld?.term === lease.token) held = lastHeld;
    const fence = held;
    await attempt(() => (count % 4 === 0 ? look() : save(fence)));
  }
  if (held === undefined || lease.isHeld()) return;
  const untilMs = clock.monoMs() + stubbornMs;
  while (stdin.open && clock.monoMs() < untilMs) {
    const fence = held;
    await attempt(() => save(fence));
  }
}

const stdin = { open: true };
process.stdin.on("end", () => (stdin.open = false)).resume();

await store.connect().catch(() => undefined);
while (stdin.open) {
  const lease = await queue.acquire({ timeoutMs: 500 }).catch(() => undefined);
  if (lease === undefined) continue;
  await workUnder(lease);
  await lease.release();
}
await queue.close();
await store.close();
recorder.close();
