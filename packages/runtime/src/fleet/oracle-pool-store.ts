/** A store of one pool for tests of the fleet's calls: as plain as it can be, in virtual time. */
import { EntrainError } from "@entrain/kernel";
import type { Clock, Contribution, PoolRound, PoolStore } from "@entrain/ports";

interface Waiting extends Contribution {
  readonly replyTo: string;
}

interface Held {
  readonly round: PoolRound;
  readonly taken: readonly Waiting[];
  readonly leaseUntilMs: number;
}

interface PoolWorld {
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<void>;
}

/** The store; an answer takes 2 ms, and agents that are cut off get none. Hints can be lost. */
export function poolStoreIn({ clock, sleep }: PoolWorld) {
  const state = { cutOff: new Set<string>(), losesHints: false };
  const outcomes = new Map<string, string>();
  const watchers = new Map<string, (id: string, outcome: string) => void>();
  let waiting: Waiting[] = [];
  let held: Held | undefined;
  let last = { beat: -Infinity, atMs: -Infinity };
  let token = 0;

  async function answer<T>(agentId: string, answering: () => T): Promise<T> {
    await sleep(1);
    if (state.cutOff.has(agentId)) throw new EntrainError("store-unavailable", "Redis is away");
    const given = answering();
    await sleep(1);
    return given;
  }

  const lookAt = (id: string) => {
    const outcome = outcomes.get(id);
    if (outcome !== undefined) return { kind: "settled", outcome } as const;
    const isThere = [...waiting, ...(held?.taken ?? [])].some((one) => one.id === id);
    return { kind: isThere ? "waiting" : "unknown" } as const;
  };

  const storeOf = (caller: string): PoolStore => ({
    contribute: (_pool, contribution, replyTo) =>
      answer(caller, () => {
        if (lookAt(contribution.id).kind === "unknown") waiting.push({ ...contribution, replyTo });
        return lookAt(contribution.id);
      }),
    look: (_pool, id) => answer(caller, () => lookAt(id)),
    claim: (_pool, { agentId, incarnation, beat, leaseMs }) =>
      answer(caller, () => {
        const nowMs = clock.unixMs();
        const isLive = held !== undefined && held.leaseUntilMs > nowMs;
        if (held !== undefined && isLive && held.round.agentId !== agentId)
          return { kind: "held", remainingMs: held.leaseUntilMs - nowMs };
        const isSoonAfter = nowMs - last.atMs < 2 * leaseMs;
        const isDone = beat === last.beat || (beat !== undefined && beat < last.beat && isSoonAfter);
        if (held === undefined && isDone) return { kind: "done" };
        const taken = held?.taken ?? waiting;
        if (taken.length === 0) return { kind: "empty" };
        if (held === undefined) {
          waiting = [];
          if (beat !== undefined) last = { beat, atMs: nowMs };
        }
        token += 1;
        const { key, attempt } = held?.round ?? { key: `round-${token}`, attempt: 0 };
        const own = { agentId, incarnation, token, generation: 1, key, attempt: attempt + 1 };
        const round: PoolRound = { ...own, contributions: taken };
        held = { round, taken, leaseUntilMs: nowMs + leaseMs };
        return { kind: "granted", round };
      }),
    renew: (_pool, round, leaseMs) =>
      answer(caller, () => {
        if (held?.round.token !== round.token || held.leaseUntilMs <= clock.unixMs()) return undefined;
        held = { ...held, leaseUntilMs: clock.unixMs() + leaseMs };
        return round;
      }),
    settle: (_pool, round, texts) =>
      answer(caller, () => {
        if (held?.round.token !== round.token) return false;
        for (const [index, { id, replyTo }] of held.taken.entries()) {
          outcomes.set(id, texts[index] ?? "");
          if (!state.losesHints) watchers.get(replyTo)?.(id, texts[index] ?? "");
        }
        held = undefined;
        return true;
      }),
    watch(replyTo, onOutcome) {
      watchers.set(replyTo, onOutcome);
      return () => watchers.delete(replyTo);
    },
  });
  return {
    storeOf,
    state,
    /** It has lost what it had. */
    forget(): void {
      waiting = [];
      held = undefined;
    },
  };
}
