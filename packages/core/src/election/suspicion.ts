/**
 * When a voter reports the leader gone (L5), as a machine. A broken stream, or another voter's report, makes it look for
 * itself; only a refused probe makes it report: then nobody listens where the leader did. A leader that is paused or cut off
 * refuses nothing, and costs its lease. While the probes stay refused the report is made again, because reports are valid for
 * a quarter of a lease only, and others may look later; for one lease at most: by then the record is free.
 */

/** The leadership in question. */
export interface Suspect {
  readonly agentId: string;
  readonly term: number;
}

/** A voter's opinion; instants are its monotonic clock, ms. */
export type SuspicionState =
  /** Nobody is known to lead, or the leader is this agent. */
  | { readonly kind: "idle" }
  | { readonly kind: "trusting"; readonly leader: Suspect }
  /** A probe or a report is under way. */
  | { readonly kind: "looking"; readonly leader: Suspect; readonly giveUpAtMs: number }
  /** Reported; to be looked at and reported again. */
  | { readonly kind: "waiting"; readonly leader: Suspect; readonly giveUpAtMs: number; readonly lookAtMs: number };

/** What may happen. */
export type SuspicionInput =
  /** Who leads, as far as this agent knows; undefined: nobody, or itself. */
  | { readonly kind: "leader"; readonly leader: Suspect | undefined }
  /** The stream to the leader's process broke, or somebody reported this term. */
  | { readonly kind: "suspected"; readonly nowMs: number; readonly term: number }
  | { readonly kind: "probed"; readonly term: number; readonly refused: boolean }
  /** The store has counted the report: not yet enough of them. */
  | { readonly kind: "counted"; readonly nowMs: number; readonly term: number }
  /** The report came to nothing: the leadership is another by now, or this agent has no vote. */
  | { readonly kind: "settled"; readonly term: number }
  | { readonly kind: "tick"; readonly nowMs: number };

/** What the world is to do. */
export type SuspicionEffect = { readonly kind: "probe" | "report"; readonly leader: Suspect };

type Step = { readonly state: SuspicionState; readonly effects: readonly SuspicionEffect[] };

/** How often within a lease it looks again: twice within the validity of a report. */
const looksPerLease = 8;

/** One input in, the next state and the effects out. */
export function stepSuspicion(state: SuspicionState, input: SuspicionInput, leaseMs: number): Step {
  if (input.kind === "leader") return onLeader(state, input.leader);
  if (state.kind === "idle") return { state, effects: [] };
  const { leader } = state;
  if (input.kind === "tick") {
    if (state.kind !== "waiting" || input.nowMs < state.lookAtMs) return { state, effects: [] };
    if (input.nowMs >= state.giveUpAtMs) return trusting(leader);
    return looking(leader, state.giveUpAtMs, "probe");
  }
  // What concerns an earlier term came too late.
  if (input.term !== leader.term) return { state, effects: [] };
  if (input.kind === "suspected")
    return state.kind === "trusting" ? looking(leader, input.nowMs + leaseMs, "probe") : { state, effects: [] };
  if (state.kind !== "looking") return { state, effects: [] };
  switch (input.kind) {
    case "probed":
      return input.refused ? looking(leader, state.giveUpAtMs, "report") : trusting(leader);
    case "settled":
      return trusting(leader);
    case "counted": {
      const lookAtMs = input.nowMs + leaseMs / looksPerLease;
      return { state: { kind: "waiting", leader, giveUpAtMs: state.giveUpAtMs, lookAtMs }, effects: [] };
    }
  }
}

function onLeader(state: SuspicionState, leader: Suspect | undefined): Step {
  if (leader === undefined) return { state: { kind: "idle" }, effects: [] };
  const isSame = state.kind !== "idle" && state.leader.term === leader.term;
  return isSame ? { state, effects: [] } : trusting(leader);
}

function trusting(leader: Suspect): Step {
  return { state: { kind: "trusting", leader }, effects: [] };
}

function looking(leader: Suspect, giveUpAtMs: number, kind: SuspicionEffect["kind"]): Step {
  return { state: { kind: "looking", leader, giveUpAtMs }, effects: [{ kind, leader }] };
}
