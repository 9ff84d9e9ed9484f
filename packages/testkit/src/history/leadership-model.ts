/**
 * The sequential model of a leadership with leases, terms and fenced effects (L1 to L4); the same holds for fenced locks.
 *
 * A lease may end at any time: that is no operation but a possibility, so every refusal is allowed. What is *not* allowed: a
 * term that does not grow (L2), an effect or a belief under any but the present term (L1, L3, L4), a leadership that is
 * seen again after it was seen to be over, unless the store began a new generation meanwhile and a renewal carried
 * the leadership over (S1).
 *
 * A leader may also be succeeded before its lease ends, by reports of enough voters since its last renewal (L5). Then it may
 * believe in itself until it is told better by a renewal; its effects are refused from the first moment on. When a report
 * runs out is left to the store: a model without time allows more there.
 */
import type { Operation, SequentialModel } from "./operation.ts";

/** A leadership as far as it can be compared. */
export interface HeldTerm {
  readonly agentId: string;
  readonly incarnation: number;
  readonly term: number;
  readonly generation: number;
}

/** What is done to a leadership. `effect`: fenced by `held`. `believe`: a holder took itself for the leader (L4). */
export type LeadershipInput =
  | { readonly kind: "campaign"; readonly agentId: string; readonly incarnation: number }
  /** A voter reports the leader of a term gone. */
  | {
      readonly kind: "report";
      readonly agentId: string;
      readonly incarnation: number;
      readonly leader: Pick<HeldTerm, "agentId" | "term">;
    }
  | { readonly kind: "renew" | "release" | "effect" | "believe"; readonly held: HeldTerm }
  | { readonly kind: "read" };

/** `seen`: who leads, as a read or a refusal tells it; null: nobody. */
export type LeadershipOutput =
  | { readonly kind: "granted"; readonly held: HeldTerm }
  | { readonly kind: "seen"; readonly leader: HeldTerm | null }
  /** So many reports hold, this one included: too few. */
  | { readonly kind: "counted"; readonly reports: number }
  | { readonly kind: "done" }
  | { readonly kind: "refused" };

/** `over`: seen to have ended; `released`: given up, for good. */
export interface LeadershipState extends HeldTerm {
  readonly phase: "live" | "over" | "released";
  /** Who has reported it gone since its last renewal, in the order of names. */
  readonly reporters: readonly string[];
  /** Terms that were succeeded by reports, whose holders have not been told. */
  readonly succeeded: readonly number[];
}

/** Reports that it takes at least. In a swarm of three voters they are also more than half of those other than the leader. */
const reportsMin = 2;

type Step = LeadershipState | undefined;

/** Nobody has ever led. */
const initial: LeadershipState = {
  agentId: "",
  incarnation: 0,
  term: 0,
  generation: 0,
  phase: "over",
  reporters: [],
  succeeded: [],
};

/** The model of one election or one lock. */
export const leadershipModel: SequentialModel<LeadershipState, LeadershipInput, LeadershipOutput> = {
  initial,
  step(state, input, output) {
    if (output?.kind === "seen") return seen(input.kind === "renew" ? told(state, input.held) : state, output.leader);
    switch (input.kind) {
      case "report":
        return reported(state, input, output);
      case "campaign":
        return output?.kind === "granted" ? granted(state, output.held) : undefined;
      case "renew":
        return renewed(state, input.held, output);
      case "release":
        return isHolder(state, input.held) ? { ...state, phase: "released" } : state;
      case "effect":
      case "believe":
        if (output?.kind !== "done") return output?.kind === "refused" ? state : undefined;
        if (input.kind === "believe" && state.succeeded.includes(input.held.term)) return state;
        return isHolder(state, input.held) && state.phase === "live" ? state : undefined;
      case "read":
        return undefined;
    }
  },
  keyOf: ({ agentId, incarnation, term, generation, phase, reporters, succeeded }) =>
    `${phase} ${agentId}/${incarnation} term ${term} generation ${generation}` +
    ` reported by ${reporters.join()} after ${succeeded.join()}`,
};

function isHolder(state: LeadershipState, held: HeldTerm): boolean {
  return state.agentId === held.agentId && state.incarnation === held.incarnation && state.term === held.term;
}

/** A new term is higher than any before; the present one may be granted to its holder again while it lives. */
function granted(state: LeadershipState, held: HeldTerm): Step {
  if (isHolder(state, held) && state.phase === "live") return { ...state, reporters: [] };
  return held.term > state.term ? begun(state, held) : undefined;
}

function begun({ succeeded }: LeadershipState, { agentId, incarnation, term, generation }: HeldTerm): LeadershipState {
  return { agentId, incarnation, term, generation, phase: "live", reporters: [], succeeded };
}

/** A report counts against the leader that it means while that leads; the one that makes enough succeeds it. */
function reported(
  state: LeadershipState,
  { agentId, leader }: Extract<LeadershipInput, { kind: "report" }>,
  output: LeadershipOutput | undefined,
): Step {
  const isMeant = state.agentId === leader.agentId && state.term === leader.term && state.phase === "live";
  const reporters = [...new Set([...state.reporters, agentId])].sort();
  const counted = { ...state, reporters };
  // Whether an unanswered report was counted is not known.
  if (output === undefined) return isMeant ? counted : state;
  if (output.kind === "refused") return state;
  if (!isMeant) return undefined;
  if (output.kind === "counted") return output.reports <= reporters.length ? counted : undefined;
  if (output.kind !== "granted" || reporters.length < reportsMin || output.held.term <= state.term) return undefined;
  return { ...begun(state, output.held), succeeded: [...state.succeeded, state.term] };
}

/** The holder of a term that was succeeded knows it now. */
function told(state: LeadershipState, { term }: HeldTerm): LeadershipState {
  return { ...state, succeeded: state.succeeded.filter((one) => one !== term) };
}

function seen(state: LeadershipState, leader: HeldTerm | null): Step {
  if (leader === null) return state.phase === "live" ? { ...state, phase: "over" } : state;
  return isHolder(state, leader) && state.phase === "live" ? state : undefined;
}

function renewed(state: LeadershipState, held: HeldTerm, output: LeadershipOutput | undefined): Step {
  const revivable = isHolder(state, held) && state.phase === "over";
  // Whether an unanswered renewal carried the leadership over is not known, only that it may have.
  if (output === undefined)
    return revivable ? { ...state, phase: "live" } : isHolder(state, held) ? { ...state, reporters: [] } : state;
  if (output.kind !== "granted") return undefined;
  const { generation } = output.held;
  const live = isHolder(state, held) && state.phase === "live";
  return live || (revivable && generation > state.generation)
    ? { ...state, generation, phase: "live", reporters: [] }
    : undefined;
}

/** So many of the terms that a holder was seen with later may have come from one unanswered campaign. */
const guessesMax = 2;

/**
 * Campaigns and reports without an answer may have been granted. Which term they got shows only where somebody saw it:
 * campaigns are replaced by the grants of those terms, each from the first one that may have got it, and left out where nobody
 * ever saw anything of them. Reports stay as well, because they may have been counted.
 */
export function resolveCampaigns(
  history: readonly Operation<LeadershipInput, LeadershipOutput>[],
): Operation<LeadershipInput, LeadershipOutput>[] {
  const sightings = history.flatMap(({ output, returnedNs }) => {
    const held = output?.kind === "granted" ? output.held : output?.kind === "seen" ? output.leader : undefined;
    return held ? [{ held, returnedNs }] : [];
  });
  const guessed = { campaign: new Set<number>(), report: new Set<number>() };
  const inOrder = [...history].sort((a, b) => a.calledNs - b.calledNs);
  return inOrder.flatMap((operation): Operation<LeadershipInput, LeadershipOutput>[] => {
    const { input, output, calledNs } = operation;
    if ((input.kind !== "campaign" && input.kind !== "report") || output !== undefined) return [operation];
    const later = sightings.filter(
      ({ held, returnedNs }) =>
        held.agentId === input.agentId && held.incarnation === input.incarnation && returnedNs > calledNs,
    );
    const terms = new Map(later.map(({ held }) => [held.term, held]));
    const guesses = [...terms.values()].sort((a, b) => a.term - b.term).slice(0, guessesMax);
    const known = guessed[input.kind];
    const grants = guesses
      .filter(({ term }) => !known.has(term) && known.add(term))
      .map((held) => ({ ...operation, output: { kind: "granted", held } as const }));
    return input.kind === "report" ? [operation, ...grants] : grants;
  });
}
