/** Election: leases, terms and the moment at which a leader must have stopped (L1 to L4). */
export { electionTimings, type ElectionTimings } from "./timings.ts";
export {
  createElectionState,
  mayAct,
  nextElectionTickMs,
  stepElection,
  type ElectionEffect,
  type ElectionInput,
  type ElectionState,
  type LeaderRecord,
  type Leadership,
} from "./election.ts";
