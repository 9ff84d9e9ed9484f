/**
 * One candidate's part in an election, as a machine.
 *
 * Intuition. The store holds one leader record with a lease on the store's clock. A candidate asks for it whenever it
 * is free; whoever has it renews it. The holder never trusts the store's clock for its own conduct: it counts from the
 * *sending* of its last successful renewal on its own monotonic clock and stops a margin before the lease could end
 * (L4). So between two leaders there is a gap, never an overlap; and should a paused process wake up believing in its
 * lease, every effect it sends is refused in the store by its term (L3).
 *
 * Effects are to be carried out in their order: `lost` before anything else is sent.
 */
import type { ElectionTimings } from "./timings.ts";

/** The live leader as the store tells it. */
export interface LeaderRecord {
  readonly agentId: string;
  readonly incarnation: number;
  /** Fencing number: integer ms, strictly growing (L2). */
  readonly term: number;
  /** The store's generation in which the record was written or last renewed (S1). */
  readonly generation: number;
  /** End of the lease by the store's clock, Unix ms. */
  readonly leaseUntilMs: number;
  /** What is left of the lease at the time of reading, ms. */
  readonly remainingMs: number;
}

/** A leadership that is held: what fences an effect. */
export interface Leadership {
  readonly agentId: string;
  readonly incarnation: number;
  readonly term: number;
  readonly generation: number;
}

/** A candidate's state; instants are its monotonic clock, ms. */
export interface ElectionState {
  readonly agentId: string;
  readonly incarnation: number;
  readonly timings: ElectionTimings;
  readonly phase:
    | { readonly kind: "following"; readonly leader: LeaderRecord | undefined; readonly askAtMs: number }
    | { readonly kind: "leading"; readonly held: Leadership; readonly stopAtMs: number; readonly renewAtMs: number }
    | { readonly kind: "resigned" };
  /** A request to the store is under way since then. */
  readonly pendingSinceMs: number | undefined;
  /** The highest term ever seen, so that terms grow even over a store that lost its data (L2). */
  readonly highestTerm: number;
  /** The last term that this candidate held and gave up: a late answer must not bring it back. */
  readonly stoppedTerm: number;
  /** After a resignation others have the first chance: until then no hint makes this candidate ask. */
  readonly pausedUntilMs: number;
}

/** What may happen; `nowMs` is the candidate's monotonic clock. */
export type ElectionInput =
  | { readonly kind: "tick"; readonly nowMs: number }
  /** The store named the leader (an answer to a campaign, or a look), or said that there is none. */
  | {
      readonly kind: "record";
      readonly nowMs: number;
      readonly leader: LeaderRecord | undefined;
      /** Above 0: it is free, and left to candidates of higher priority for so long, ms. */
      readonly leftToOthersMs?: number;
    }
  /** A campaign or renewal that was sent at `sentMs` succeeded. */
  | { readonly kind: "granted"; readonly nowMs: number; readonly sentMs: number; readonly held: Leadership }
  /** A renewal was refused: the record is another's, or gone. */
  | { readonly kind: "refused"; readonly nowMs: number; readonly leader: LeaderRecord | undefined }
  /** The request got no answer; nothing is known. */
  | { readonly kind: "unanswered"; readonly nowMs: number }
  /** A hint by pub/sub that the record changed or was given up. */
  | { readonly kind: "hint"; readonly nowMs: number; readonly term: number }
  | { readonly kind: "resign"; readonly nowMs: number };

/**
 * Why a leadership ended: it could not be renewed in time (L4), the store refused its renewal (L3), or it was given up.
 */
export type LossCause = "lease-ending" | "refused" | "resigned";

/** What the world is to do. */
export type ElectionEffect =
  | { readonly kind: "campaign"; readonly highestTerm: number }
  | { readonly kind: "renew"; readonly held: Leadership }
  | { readonly kind: "release"; readonly held: Leadership }
  | { readonly kind: "elected"; readonly held: Leadership }
  | { readonly kind: "lost"; readonly held: Leadership; readonly cause: LossCause };

/** A candidate that asks at once. */
export function createElectionState(
  agentId: string,
  incarnation: number,
  timings: ElectionTimings,
  nowMs: number,
): ElectionState {
  return {
    agentId,
    incarnation,
    timings,
    phase: { kind: "following", leader: undefined, askAtMs: nowMs },
    pendingSinceMs: undefined,
    highestTerm: 0,
    stoppedTerm: 0,
    pausedUntilMs: nowMs,
  };
}

/** True while effects may be sent in the name of the leadership (L4). */
export function mayAct(state: ElectionState, nowMs: number): boolean {
  return state.phase.kind === "leading" && nowMs < state.phase.stopAtMs;
}

/** The next instant at which the machine wants a tick, monotonic ms; undefined once resigned. */
export function nextElectionTickMs(state: ElectionState): number | undefined {
  const { phase, pendingSinceMs, timings } = state;
  if (phase.kind === "resigned") return undefined;
  const request = phase.kind === "leading" ? phase.renewAtMs : phase.askAtMs;
  const next = pendingSinceMs === undefined ? request : Math.max(request, pendingSinceMs + timings.requestTimeoutMs);
  return phase.kind === "leading" ? Math.min(phase.stopAtMs, next) : next;
}

/** One input in, the next state and the effects out. */
export function stepElection(
  state: ElectionState,
  input: ElectionInput,
): { state: ElectionState; effects: ElectionEffect[] } {
  const { nowMs } = input;
  switch (input.kind) {
    case "tick":
      return onTick(state, nowMs);
    case "granted":
      return onGranted(state, nowMs, input.sentMs, input.held);
    case "refused":
      return onRecord(state, nowMs, input.leader, true);
    case "record": {
      const step = onRecord(state, nowMs, input.leader, false);
      return input.leftToOthersMs ? { ...step, state: askAgain(step.state, nowMs + input.leftToOthersMs) } : step;
    }
    case "unanswered":
      return { state: { ...state, pendingSinceMs: undefined }, effects: [] };
    case "hint":
      return onHint(state, nowMs, input.term);
    case "resign":
      return onResign(state);
  }
}

function onTick(state: ElectionState, nowMs: number) {
  const { phase, timings } = state;
  if (phase.kind === "resigned") return { state, effects: [] };
  if (phase.kind === "leading" && nowMs >= phase.stopAtMs)
    return {
      state: following(stopped(state, phase.held), undefined, nowMs),
      effects: lost(phase.held, "lease-ending"),
    };
  const busy = state.pendingSinceMs !== undefined && nowMs < state.pendingSinceMs + timings.requestTimeoutMs;
  if (busy || nowMs < (phase.kind === "leading" ? phase.renewAtMs : phase.askAtMs)) return { state, effects: [] };
  const asked = { ...state, pendingSinceMs: nowMs };
  if (phase.kind === "leading") {
    const renewed = { ...asked, phase: { ...phase, renewAtMs: nowMs + timings.renewEveryMs } };
    return { state: renewed, effects: [{ kind: "renew", held: phase.held } as const] };
  }
  const next = { ...asked, phase: { ...phase, askAtMs: nowMs + timings.pollMs } };
  return { state: next, effects: [{ kind: "campaign", highestTerm: state.highestTerm } as const] };
}

function onGranted(state: ElectionState, nowMs: number, sentMs: number, held: Leadership) {
  const { timings, phase } = state;
  const stopAtMs = sentMs + timings.leaseMs - timings.stopMarginMs;
  const answered = { ...state, pendingSinceMs: undefined, highestTerm: Math.max(state.highestTerm, held.term) };
  if (phase.kind === "resigned") return { state: answered, effects: [{ kind: "release", held } as const] };
  const sameTerm = phase.kind === "leading" && phase.held.term === held.term;
  // A grant that arrives after its own stop instant is no leadership any more; a stopped term is not taken up again.
  if (nowMs >= stopAtMs || held.term <= state.stoppedTerm)
    return { state: answered, effects: [{ kind: "release", held } as const] };
  const leading = { kind: "leading" as const, held, stopAtMs, renewAtMs: sentMs + timings.renewEveryMs };
  const effects: ElectionEffect[] = sameTerm ? [] : [{ kind: "elected", held }];
  return { state: { ...answered, phase: leading }, effects };
}

function onRecord(state: ElectionState, nowMs: number, leader: LeaderRecord | undefined, refused: boolean) {
  const highestTerm = Math.max(state.highestTerm, leader?.term ?? 0);
  const answered = { ...state, pendingSinceMs: undefined, highestTerm };
  const { phase } = state;
  if (phase.kind === "resigned") return { state: answered, effects: [] };
  if (phase.kind === "leading" && !refused) return { state: answered, effects: [] };
  if (phase.kind === "following") return { state: following(answered, leader, nowMs), effects: [] };
  return { state: following(stopped(answered, phase.held), leader, nowMs), effects: lost(phase.held, "refused") };
}

/** Asks when the leadership is no longer left to others, and a ms later: the store counts whole ones. */
function askAgain(state: ElectionState, atMs: number): ElectionState {
  const { phase } = state;
  if (phase.kind !== "following") return state;
  return { ...state, phase: { ...phase, askAtMs: Math.min(phase.askAtMs, atMs + 1) } };
}

function onHint(state: ElectionState, nowMs: number, term: number) {
  const { phase } = state;
  const highestTerm = Math.max(state.highestTerm, term);
  if (phase.kind !== "following") return { state: { ...state, highestTerm }, effects: [] };
  const askAtMs = Math.max(nowMs, state.pausedUntilMs);
  return { state: { ...state, highestTerm, phase: { ...phase, askAtMs } }, effects: [] };
}

function onResign(state: ElectionState) {
  const { phase } = state;
  const effects: ElectionEffect[] =
    phase.kind === "leading" ? [...lost(phase.held, "resigned"), { kind: "release", held: phase.held }] : [];
  const given = phase.kind === "leading" ? stopped(state, phase.held) : state;
  return { state: { ...given, phase: { kind: "resigned" as const } }, effects };
}

/** Stands again after a resignation, and asks at `askAtMs` first; the terms that it has seen and given up stay known. */
export function standAgain(state: ElectionState, askAtMs: number): ElectionState {
  const { agentId, incarnation, timings, highestTerm, stoppedTerm } = state;
  return { ...createElectionState(agentId, incarnation, timings, askAtMs), highestTerm, stoppedTerm };
}

/** Follows `leader` and asks again when its lease ends, at the latest after the polling pause. */
function following(state: ElectionState, leader: LeaderRecord | undefined, nowMs: number): ElectionState {
  const { pollMs } = state.timings;
  const askAtMs = nowMs + Math.min(pollMs, leader === undefined ? pollMs : Math.max(1, leader.remainingMs + 1));
  return { ...state, phase: { kind: "following", leader, askAtMs } };
}

function stopped(state: ElectionState, held: Leadership): ElectionState {
  return { ...state, stoppedTerm: Math.max(state.stoppedTerm, held.term) };
}

function lost(held: Leadership, cause: LossCause): ElectionEffect[] {
  return [{ kind: "lost", held, cause }];
}
