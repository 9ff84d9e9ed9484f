/** Election: leases, terms and the moment at which a leader must have stopped (L1 to L4). */
export { electionTimings, presenceMs, priorityWaitMs, type ElectionTimings } from "./timings.ts";
export {
  createElectionState,
  mayAct,
  nextElectionTickMs,
  standAgain,
  stepElection,
  type ElectionEffect,
  type ElectionInput,
  type ElectionState,
  type LeaderRecord,
  type Leadership,
  type LossCause,
} from "./election.ts";
export {
  stepSuspicion,
  type Suspect,
  type SuspicionEffect,
  type SuspicionInput,
  type SuspicionState,
} from "./suspicion.ts";
