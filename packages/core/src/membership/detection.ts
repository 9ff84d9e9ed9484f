/**
 * What one prober thinks of one process, as a machine (SWIM, Das et al. 2002). Whatever is heard of the process is an answer;
 * silence, a broken stream or somebody else's suspicion makes it look: a probe of its own, then probes through others, then a
 * report that the process is suspect, which the process may refute. After that a last probe, and the vote that it is dead,
 * repeated while nothing changes, because votes are valid for a time only.
 *
 * A refused probe needs no second opinion of its own: nobody listens there any more. It is a vote at once; one vote buries
 * nobody. It says so only of a process that answered a probe of this prober in this very life. Whoever never did may live
 * where it cannot be dialled (a wrong address, a filter on the way), and is merely silent: it refutes. Frames do not tell the two
 * apart, because who cannot be dialled may dial; so each life is probed once for this alone, and again while that finds nobody.
 *
 * Who was refuted is patient: a process that others reach and this prober does not would else be suspected for ever. Each
 * refutation of a life doubles the pause before this prober reports that life again.
 */
import type { DetectionTimings } from "./detection-timings.ts";

/** How a probe ended. `late`: its silence says nothing, because the prober itself was held up. */
export type ProbeResult = "answered" | "refused" | "silent" | "late";

/** What is kept of a life, whatever becomes of it. Instants are the prober's monotonic clock, ms. */
interface Memory {
  /** Until then this prober reports nothing. */
  readonly quietUntilMs: number;
  /** True: this life has answered a probe of this prober. */
  readonly isReached: boolean;
  /** When a life that is not reached is probed for that, though nothing speaks against it. */
  readonly reachAtMs: number;
}

/** Instants are the prober's monotonic clock, ms. */
export type DetectionState = Memory &
  (
    | { readonly kind: "trusting"; readonly heardAtMs: number }
    /** A probe is out, its own or through others. */
    | { readonly kind: "probing"; readonly through: ProbePath }
    /** Reported; the next look is due at `lookAtMs`. */
    | { readonly kind: "suspecting"; readonly lookAtMs: number }
    /** The look before a vote is out. */
    | { readonly kind: "confirming" }
  );

/** What may happen. */
export type DetectionInput =
  /** A frame of the process arrived. */
  | { readonly kind: "heard"; readonly nowMs: number }
  /** Its stream broke, or somebody suspects it. */
  | { readonly kind: "doubted"; readonly nowMs: number }
  | { readonly kind: "probed"; readonly nowMs: number; readonly through: ProbePath; readonly result: ProbeResult }
  /** It has refuted suspicions `refutations` times by now. */
  | { readonly kind: "refuted"; readonly nowMs: number; readonly refutations: number }
  | { readonly kind: "tick"; readonly nowMs: number };

/** What the world is to do. */
export type DetectionEffect =
  { readonly kind: "probe"; readonly through: ProbePath } | { readonly kind: "report"; readonly vote: Vote };

type ProbePath = "self" | "others";
type Vote = "suspect" | "dead" | "refused";
type Step = { readonly state: DetectionState; readonly effects: readonly DetectionEffect[] };

/** First pause after a refutation, and the longest, ms. */
const quietMs = 1_000;
const quietMaxMs = 60_000;
/** Pause between two probes of a life that nothing speaks against and that was not reached, ms. */
const reachAgainMs = 10_000;

/** Nothing speaks against the process at `nowMs`. */
export function trustedAt(nowMs: number): DetectionState {
  return { kind: "trusting", heardAtMs: nowMs, quietUntilMs: nowMs, isReached: false, reachAtMs: nowMs };
}

/** One input in, the next state and the effects out. */
export function stepDetection(state: DetectionState, input: DetectionInput, timings: DetectionTimings): Step {
  const { nowMs } = input;
  switch (input.kind) {
    case "heard":
      return trusting(nowMs, state);
    case "refuted":
      return onRefuted({ ...state, isReached: false, reachAtMs: nowMs }, input.refutations, nowMs);
    case "doubted":
      return state.kind === "trusting" ? probing("self", state) : { state, effects: [] };
    case "probed": {
      const isReached = state.isReached || (input.result === "answered" && input.through === "self");
      const known = isReached === state.isReached ? state : { ...state, isReached };
      return onProbed(known, input.result === "refused" && !isReached ? "silent" : input.result, nowMs, timings);
    }
    case "tick":
      return onTick(state, nowMs, timings);
  }
}

/** A life that has refuted is another one to all reports: it has to be reached anew before its refusals count. */
function onRefuted(state: DetectionState, refutations: number, nowMs: number): Step {
  if (state.kind === "trusting" || state.kind === "probing") return { state, effects: [] };
  return trusting(nowMs, { ...state, quietUntilMs: nowMs + Math.min(quietMaxMs, quietMs * 2 ** (refutations - 1)) });
}

function onTick(state: DetectionState, nowMs: number, { probeAfterMs }: DetectionTimings): Step {
  if (state.kind === "trusting") {
    if (nowMs - state.heardAtMs >= probeAfterMs) return probing("self", state);
    if (state.isReached || nowMs < state.reachAtMs) return { state, effects: [] };
    return { state: { ...state, reachAtMs: nowMs + reachAgainMs }, effects: [{ kind: "probe", through: "self" }] };
  }
  if (state.kind !== "suspecting" || nowMs < state.lookAtMs) return { state, effects: [] };
  return { state: { kind: "confirming", ...memoryOf(state) }, effects: [{ kind: "probe", through: "self" }] };
}

function onProbed(state: DetectionState, result: ProbeResult, nowMs: number, timings: DetectionTimings): Step {
  // What was heard meanwhile counts for more.
  if (state.kind === "trusting" || state.kind === "suspecting") return { state, effects: [] };
  // Late: as good as not asked; it is asked again when the silence has lasted once more.
  if (result === "answered" || result === "late") return trusting(nowMs, state);
  const isFirst = state.kind === "probing" && state.through === "self";
  if (result === "silent" && isFirst) return probing("others", state);
  if (nowMs < state.quietUntilMs) return trusting(nowMs, state);
  const vote: Vote = result === "refused" ? "refused" : state.kind === "confirming" ? "dead" : "suspect";
  // The last look at one that was never reached may end at once, refused: it has the whole time to refute before.
  const lookAtMs = nowMs + timings.suspicionMs - (state.isReached ? timings.probeTimeoutMs : 0);
  return { state: { kind: "suspecting", lookAtMs, ...memoryOf(state) }, effects: [{ kind: "report", vote }] };
}

function memoryOf({ quietUntilMs, isReached, reachAtMs }: Memory): Memory {
  return { quietUntilMs, isReached, reachAtMs };
}

function trusting(heardAtMs: number, memory: Memory): Step {
  return { state: { kind: "trusting", heardAtMs, ...memoryOf(memory) }, effects: [] };
}

function probing(through: ProbePath, memory: Memory): Step {
  return { state: { kind: "probing", through, ...memoryOf(memory) }, effects: [{ kind: "probe", through }] };
}
