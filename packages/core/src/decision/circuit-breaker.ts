/**
 * A circuit breaker: after some failures in a row nobody is sent to what fails, until a while has passed; then one call
 * goes ahead as a probe, and its outcome decides for all.
 *
 * Two things differ from the usual ones (docs/adr/0011-circuit-breaker.md). While a probe is under way everybody else is
 * refused at once and does not wait for it: a decision has no time for that. And a call that became pointless, because the
 * decision was known without it, says nothing: a probe that ends so is made again by the next call.
 *
 * closed → (failures in a row) → open → (openMs) → probing → closed or open
 */

/** When it opens, and for how long. */
export interface BreakerLimits {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** How long nobody is admitted, ms. */
  readonly openMs: number;
}

/** Where it stands; instants are monotonic ms. */
export type BreakerState =
  | { readonly kind: "closed"; readonly failures: number }
  | { readonly kind: "open"; readonly untilMs: number }
  | { readonly kind: "probing" };

/** How an admitted call ended. */
export type CallOutcome = "succeeded" | "failed" | "pointless";

/** Nothing has failed. */
export const closedBreaker: BreakerState = { kind: "closed", failures: 0 };

/** A call asks to be admitted. `probe`: its outcome decides. */
export function admitCall(
  state: BreakerState,
  nowMs: number,
): { readonly state: BreakerState; readonly admitted: "refused" | "call" | "probe" } {
  if (state.kind === "closed") return { state, admitted: "call" };
  if (state.kind === "probing" || nowMs < state.untilMs) return { state, admitted: "refused" };
  return { state: { kind: "probing" }, admitted: "probe" };
}

/** An admitted call has ended. One that was begun before the breaker opened changes nothing any more. */
export function settleCall(
  state: BreakerState,
  admitted: "call" | "probe",
  outcome: CallOutcome,
  nowMs: number,
  { failures, openMs }: BreakerLimits,
): BreakerState {
  const opened: BreakerState = { kind: "open", untilMs: nowMs + openMs };
  if (admitted === "probe") {
    if (outcome === "succeeded") return closedBreaker;
    return outcome === "failed" ? opened : { kind: "open", untilMs: nowMs };
  }
  if (state.kind !== "closed" || outcome === "pointless") return state;
  if (outcome === "succeeded") return closedBreaker;
  return state.failures + 1 >= failures ? opened : { kind: "closed", failures: state.failures + 1 };
}
