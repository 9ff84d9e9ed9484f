/**
 * A candidate in a process of its own: stands for the swarm's leadership, reports its leader gone where nobody listens there any
 * more (L5), commits decisions, fenced while it leads, and records all of it. On purpose it is careless: having lost its leadership it goes on sending effects under it for a
 * while, as a process does that was paused between its last look at the clock and the sending. The store has to refuse them.
 *
 * It ends when its standard input does.
 */
import { EntrainError } from "@entrain/kernel";
import type { Leadership } from "@entrain/core/election";
import type { ElectionStore, Ledger } from "@entrain/ports";
import { ElectionLoop, systemTimers, type LeaderView } from "@entrain/runtime";
import { proposalOf } from "@entrain/testkit/conformance";
import type { RecordedOutput } from "../recorded-operation.ts";
import { recordElection } from "./record-election.ts";
import { recordSuccession } from "./record-succession.ts";
import { openRecordingWorker } from "./recording-worker.ts";
import { takePartAsVoter } from "./voter-part.ts";

/** A new incident for all workers each so often, and a turn of each worker, ms. */
const incidentMs = 60;
const turnMs = 15;
/** So often it looks whether the leader is there. */
const turnsBetweenLooks = 3;

const { settings, clock, recorder, store, isUp } = openRecordingWorker();
const { agentId, incarnation, timings, stubbornMs } = settings;
const election: ElectionStore = recordElection(store.election(), recorder, isUp);
const loop = new ElectionLoop({
  store: election,
  clock,
  timers: systemTimers,
  events: () => undefined,
  timings,
  agentId,
  incarnation,
  onLeader: (view) => {
    tellLeader(view);
  },
});
let tellLeader: (view: LeaderView) => void = () => undefined;

let last: { readonly held: Leadership; readonly untilMs: number } | undefined;

/** The leadership under which to act: the present one, or for a while the one that was lost. */
function fence(): Leadership | undefined {
  const held = recorder.note(
    () => loop.leadership(),
    (believed) =>
      believed && [
        { on: "leadership", does: { kind: "believe", held: believed } },
        { of: "leadership", was: { kind: "done" } },
      ],
  );
  const nowMs = clock.monoMs();
  // A pause is no part of the while: it begins when the loss is noticed.
  if (held !== undefined) last = { held, untilMs: Infinity };
  else if (last?.untilMs === Infinity) last = { held: last.held, untilMs: nowMs + stubbornMs };
  return last !== undefined && nowMs < last.untilMs ? last.held : undefined;
}

/** The incident of the moment: the machine's monotonic clock names it for everybody. */
function incidentNow(): string {
  return `i-${Math.floor(Number(process.hrtime.bigint()) / 1e6 / incidentMs)}`;
}

async function propose(ledger: Ledger, turn: number): Promise<void> {
  const incidentId = incidentNow();
  const held = fence() ?? null;
  const proposal = proposalOf(incidentId, `${agentId}-${incarnation}-${turn}`);
  await recorder.record(
    { on: "decision", incidentId, proposes: proposal.decisionId, fence: held },
    () => ledger.commit(proposal, held ?? undefined),
    ({ decision }) => ({ of: "decision", standing: decision.decisionId }),
    outcomeOf,
  );
}

async function look(ledger: Ledger): Promise<void> {
  const incidentId = incidentNow();
  await recorder.record(
    { on: "decision", incidentId, proposes: null, fence: null },
    () => ledger.read(incidentId),
    (decision) => ({ of: "decision", standing: decision?.decisionId ?? null }),
    outcomeOf,
  );
}

/** Tries to prolong what was lost. */
async function renewLost(): Promise<void> {
  const held = loop.leadership() === undefined ? fence() : undefined;
  if (held !== undefined) await election.renew(held, timings.leaseMs);
}

/** What a refusal says about the operation; undefined where it may have happened. */
function outcomeOf(thrown: unknown): RecordedOutput | "nothing" | undefined {
  const { code } = EntrainError.from(thrown);
  if (code === "stale-term") return { of: "stale" };
  return code === "recovering" ? "nothing" : undefined;
}

async function act(turn: number): Promise<void> {
  if (turn % 4 === 0) await look(store.ledger);
  else await propose(store.ledger, turn);
  if (turn % 8 === 0) await renewLost();
}

const stdin = { open: true };
process.stdin.on("end", () => (stdin.open = false)).resume();

await store.connect().catch(() => undefined);
const succession = recordSuccession(store.succession, recorder, isUp);
const part = await takePartAsVoter({ settings, store, clock, succession, loop });
tellLeader = (view) => {
  part.succession.leaderIs(view);
};
loop.start();
for (let turn = 1; stdin.open; turn++) {
  if (turn % turnsBetweenLooks === 0) part.succession.suspectLeader();
  if (isUp()) await act(turn).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, turnMs));
}
await part.stop();
await loop.stop();
await store.close();
recorder.close();
