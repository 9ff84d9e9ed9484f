/** A succession store that records what is reported to it and what it answers (L5). */
import { EntrainError } from "@entrain/kernel";
import type { SuccessionAnswer, SuccessionStore } from "@entrain/ports";
import type { HistoryRecorder, LeadershipOutput } from "@entrain/testkit/history";
import type { RecordedInput, RecordedOutput } from "../recorded-operation.ts";
import { seenLeader } from "./record-election.ts";

/** `store`, recorded. While it is down nothing is asked: nothing would be sent either. */
export function recordSuccession(
  store: SuccessionStore,
  recorder: HistoryRecorder<RecordedInput, RecordedOutput>,
  isUp: () => boolean,
): SuccessionStore {
  return {
    async report(by, leader) {
      if (!isUp()) throw new EntrainError("store-unavailable", "the store is down");
      const { agentId, incarnation } = by;
      return recorder.record(
        { on: "leadership", does: { kind: "report", agentId, incarnation, leader } },
        () => store.report(by, leader),
        (answer) => ({ of: "leadership", was: outputOf(answer) }),
      );
    },
    watch: (onReport) => store.watch(onReport),
  };
}

function outputOf(answer: SuccessionAnswer): LeadershipOutput {
  switch (answer.kind) {
    case "granted":
      return { kind: "granted", held: answer.held };
    case "counted":
      return { kind: "counted", reports: answer.reports };
    case "no-voter":
      return { kind: "refused" };
    case "record":
      return seenLeader(answer.leader);
  }
}
