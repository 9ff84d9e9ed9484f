/**
 * What one prober thinks of one process, as a machine (SWIM, Das et al. 2002). Whatever is heard of the process is an answer;
 * silence, a broken stream or somebody else's suspicion makes it look: a probe of its own, then probes through others, then a
 * report that the process is suspect, which the process may refute. After that a last probe, and the vote that it is dead,
 * repeated while nothing changes, because votes are valid for a time only.
 *
 * A refused probe needs no second opinion of its own: nobody listens there. It is a vote at once; one vote buries nobody.
 *
 * Who was refuted is patient: a process that others reach and this prober does not would else be suspected for ever. Each
 * refutation of a life doubles the pause before this prober reports that life again.
 */
import type { DetectionTimings } from "./detection-timings.ts";

/** How a probe ended. `late`: its silence says nothing, because the prober itself was held up. */
export type ProbeResult = "answered" | "refused" | "silent" | "late";

/** Instants are the prober's monotonic clock, ms. */
export type DetectionState =
  | { readonly kind: "trusting"; readonly heardAtMs: number; readonly quietUntilMs: number }
  /** A probe is out, its own or through others. */
  | { readonly kind: "probing"; readonly through: "self" | "others"; readonly quietUntilMs: number }
  /** Reported; the next look is due at `lookAtMs`. */
  | { readonly kind: "suspecting"; readonly lookAtMs: number; readonly quietUntilMs: number }
  /** The look before a vote is out. */
  | { readonly kind: "confirming"; readonly quietUntilMs: number };

/** What may happen. */
export type DetectionInput =
  /** A frame of the process arrived. */
  | { readonly kind: "heard"; readonly nowMs: number }
  /** Its stream broke, or somebody suspects it. */
  | { readonly kind: "doubted"; readonly nowMs: number }
  | { readonly kind: "probed"; readonly nowMs: number; readonly result: ProbeResult }
  /** It has refuted suspicions `refutations` times by now. */
  | { readonly kind: "refuted"; readonly nowMs: number; readonly refutations: number }
  | { readonly kind: "tick"; readonly nowMs: number };

/** What the world is to do. */
export type DetectionEffect =
  { readonly kind: "probe"; readonly through: "self" | "others" } | { readonly kind: "report"; readonly vote: Vote };

type Vote = "suspect" | "dead" | "refused";
type Step = { readonly state: DetectionState; readonly effects: readonly DetectionEffect[] };

/** First pause after a refutation, and the longest, ms. */
const quietMs = 1_000;
const quietMaxMs = 60_000;

/** Nothing speaks against the process at `nowMs`. */
export function trustedAt(nowMs: number): DetectionState {
  return { kind: "trusting", heardAtMs: nowMs, quietUntilMs: nowMs };
}

/** One input in, the next state and the effects out. */
export function stepDetection(state: DetectionState, input: DetectionInput, timings: DetectionTimings): Step {
  const { nowMs } = input;
  switch (input.kind) {
    case "heard":
      return trusting(nowMs, state.quietUntilMs);
    case "refuted":
      if (state.kind === "trusting" || state.kind === "probing") return { state, effects: [] };
      return trusting(nowMs, nowMs + Math.min(quietMaxMs, quietMs * 2 ** (input.refutations - 1)));
    case "doubted":
      return state.kind === "trusting" ? probing("self", state.quietUntilMs) : { state, effects: [] };
    case "probed":
      return onProbed(state, input.result, nowMs, timings);
    case "tick":
      return onTick(state, nowMs, timings);
  }
}

function onTick(state: DetectionState, nowMs: number, { probeAfterMs }: DetectionTimings): Step {
  const { quietUntilMs } = state;
  if (state.kind === "trusting" && nowMs - state.heardAtMs >= probeAfterMs) return probing("self", quietUntilMs);
  if (state.kind !== "suspecting" || nowMs < state.lookAtMs) return { state, effects: [] };
  return { state: { kind: "confirming", quietUntilMs }, effects: [{ kind: "probe", through: "self" }] };
}

function onProbed(state: DetectionState, result: ProbeResult, nowMs: number, timings: DetectionTimings): Step {
  const { quietUntilMs } = state;
  // What was heard meanwhile counts for more.
  if (state.kind === "trusting" || state.kind === "suspecting") return { state, effects: [] };
  // Late: as good as not asked; it is asked again when the silence has lasted once more.
  if (result === "answered" || result === "late") return trusting(nowMs, quietUntilMs);
  const isFirst = state.kind === "probing" && state.through === "self";
  if (result === "silent" && isFirst) return probing("others", quietUntilMs);
  if (nowMs < quietUntilMs) return trusting(nowMs, quietUntilMs);
  const vote: Vote = result === "refused" ? "refused" : state.kind === "confirming" ? "dead" : "suspect";
  const lookAtMs = nowMs + timings.suspicionMs - timings.probeTimeoutMs;
  return { state: { kind: "suspecting", lookAtMs, quietUntilMs }, effects: [{ kind: "report", vote }] };
}

function trusting(heardAtMs: number, quietUntilMs: number): Step {
  return { state: { kind: "trusting", heardAtMs, quietUntilMs }, effects: [] };
}

function probing(through: "self" | "others", quietUntilMs: number): Step {
  return { state: { kind: "probing", through, quietUntilMs }, effects: [{ kind: "probe", through }] };
}
