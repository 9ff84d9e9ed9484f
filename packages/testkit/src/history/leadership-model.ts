/**
 * The sequential model of a leadership with leases, terms and fenced effects (L1 to L4); the same holds for fenced locks.
 *
 * A lease may end at any time: that is no operation but a possibility, so every refusal is allowed. What is *not* allowed: a
 * term that does not grow (L2), an effect or a belief under any but the present term (L1, L3, L4), a leadership that is
 * seen again after it was seen to be over, unless the store began a new generation meanwhile and a renewal carried
 * the leadership over (S1).
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
  | { readonly kind: "renew" | "release" | "effect" | "believe"; readonly held: HeldTerm }
  | { readonly kind: "read" };

/** `seen`: who leads, as a read or a refusal tells it; null: nobody. */
export type LeadershipOutput =
  | { readonly kind: "granted"; readonly held: HeldTerm }
  | { readonly kind: "seen"; readonly leader: HeldTerm | null }
  | { readonly kind: "done" }
  | { readonly kind: "refused" };

/** `over`: seen to have ended; `released`: given up, for good. */
export interface LeadershipState extends HeldTerm {
  readonly phase: "live" | "over" | "released";
}

type Step = LeadershipState | undefined;

/** Nobody has ever led. */
const initial: LeadershipState = { agentId: "", incarnation: 0, term: 0, generation: 0, phase: "over" };

/** The model of one election or one lock. */
export const leadershipModel: SequentialModel<LeadershipState, LeadershipInput, LeadershipOutput> = {
  initial,
  step(state, input, output) {
    if (output?.kind === "seen") return seen(state, output.leader);
    switch (input.kind) {
      case "campaign":
        return output?.kind === "granted" ? granted(state, output.held) : undefined;
      case "renew":
        return renewed(state, input.held, output);
      case "release":
        return isHolder(state, input.held) ? { ...state, phase: "released" } : state;
      case "effect":
      case "believe":
        if (output?.kind !== "done") return output?.kind === "refused" ? state : undefined;
        return isHolder(state, input.held) && state.phase === "live" ? state : undefined;
      case "read":
        return undefined;
    }
  },
  keyOf: ({ agentId, incarnation, term, generation, phase }) =>
    `${phase} ${agentId}/${incarnation} term ${term} generation ${generation}`,
};

function isHolder(state: LeadershipState, held: HeldTerm): boolean {
  return state.agentId === held.agentId && state.incarnation === held.incarnation && state.term === held.term;
}

/** A new term is higher than any before; the present one may be granted to its holder again while it lives. */
function granted(state: LeadershipState, held: HeldTerm): Step {
  if (isHolder(state, held) && state.phase === "live") return state;
  return held.term > state.term ? { ...held, phase: "live" } : undefined;
}

function seen(state: LeadershipState, leader: HeldTerm | null): Step {
  if (leader === null) return state.phase === "live" ? { ...state, phase: "over" } : state;
  return isHolder(state, leader) && state.phase === "live" ? state : undefined;
}

function renewed(state: LeadershipState, held: HeldTerm, output: LeadershipOutput | undefined): Step {
  const revivable = isHolder(state, held) && state.phase === "over";
  // Whether an unanswered renewal carried the leadership over is not known, only that it may have.
  if (output === undefined) return revivable ? { ...state, phase: "live" } : state;
  if (output.kind !== "granted") return undefined;
  const { generation } = output.held;
  const live = isHolder(state, held) && state.phase === "live";
  return live || (revivable && generation > state.generation) ? { ...state, generation, phase: "live" } : undefined;
}

/** So many of the terms that a holder was seen with later may have come from one unanswered campaign. */
const guessesMax = 2;

/**
 * Campaigns without an answer may have been granted. Which term they got shows only where somebody saw it: they are
 * replaced by the grants of those terms, each from the first campaign that may have got it, and left out where nobody ever
 * saw anything of them.
 */
export function resolveCampaigns(
  history: readonly Operation<LeadershipInput, LeadershipOutput>[],
): Operation<LeadershipInput, LeadershipOutput>[] {
  const sightings = history.flatMap(({ output, returnedNs }) => {
    const held = output?.kind === "granted" ? output.held : output?.kind === "seen" ? output.leader : undefined;
    return held ? [{ held, returnedNs }] : [];
  });
  const guessed = new Set<number>();
  const inOrder = [...history].sort((a, b) => a.calledNs - b.calledNs);
  return inOrder.flatMap((operation): Operation<LeadershipInput, LeadershipOutput>[] => {
    const { input, output, calledNs } = operation;
    if (input.kind !== "campaign" || output !== undefined) return [operation];
    const later = sightings.filter(
      ({ held, returnedNs }) =>
        held.agentId === input.agentId && held.incarnation === input.incarnation && returnedNs > calledNs,
    );
    const terms = new Map(later.map(({ held }) => [held.term, held]));
    const guesses = [...terms.values()].sort((a, b) => a.term - b.term).slice(0, guessesMax);
    return guesses
      .filter(({ term }) => !guessed.has(term) && guessed.add(term))
      .map((held) => ({ ...operation, output: { kind: "granted", held } }));
  });
}
