/** An election store that records what is asked of it and what it answers. */
import type { LeaderRecord, Leadership } from "@entrain/core/election";
import { EntrainError } from "@entrain/kernel";
import type { ElectionStore } from "@entrain/ports";
import type { HistoryRecorder, LeadershipInput, LeadershipOutput } from "@entrain/testkit/history";
import type { RecordedInput, RecordedOutput } from "../recorded-operation.ts";

/** `store`, recorded. While it is down nothing is asked: nothing would be sent either. */
export function recordElection(
  store: ElectionStore,
  recorder: HistoryRecorder<RecordedInput, RecordedOutput>,
  isUp: () => boolean,
): ElectionStore {
  async function record<Answer>(
    does: LeadershipInput,
    work: () => Promise<Answer>,
    outputOf: (answer: Answer) => LeadershipOutput,
  ): Promise<Answer> {
    if (!isUp()) throw new EntrainError("store-unavailable", "the store is down");
    return recorder.record({ on: "leadership", does }, work, (answer) => ({ of: "leadership", was: outputOf(answer) }));
  }
  return {
    campaign: (candidate) =>
      record(
        { kind: "campaign", agentId: candidate.agentId, incarnation: candidate.incarnation },
        () => store.campaign(candidate),
        (answer) => (answer.kind === "granted" ? granted(answer.held) : seenLeader(answer.leader)),
      ),
    renew: (held, leaseMs) =>
      record(
        { kind: "renew", held },
        () => store.renew(held, leaseMs),
        (answer) => (answer.kind === "renewed" ? granted(answer.held) : seenLeader(answer.leader)),
      ),
    release: (held) =>
      record(
        { kind: "release", held },
        () => store.release(held),
        () => ({ kind: "done" }),
      ),
    read: () => record({ kind: "read" }, () => store.read(), seenLeader),
    watch: (onHint) => store.watch(onHint),
  };
}

function granted(held: Leadership): LeadershipOutput {
  return { kind: "granted", held };
}

/** Who leads, as an answer tells it. */
export function seenLeader(leader: LeaderRecord | undefined): LeadershipOutput {
  if (leader === undefined) return { kind: "seen", leader: null };
  const { agentId, incarnation, term, generation } = leader;
  return { kind: "seen", leader: { agentId, incarnation, term, generation } };
}
