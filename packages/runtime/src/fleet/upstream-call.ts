/**
 * The upstream call of one round: its attempts, and what each contribution is told. Contributions that cannot be read are
 * refused and not sent. What comes after the upstream's answer (telling it) is no reason to call again.
 */
import { EntrainError, type Random } from "@entrain/kernel";
import type { Contribution, PoolRound, Timers } from "@entrain/ports";
import { resultsOf, withinDeadline } from "../batching/flush-attempt.ts";
import type { RetryBudget } from "../batching/retry-budget.ts";
import type { FleetCallOptions } from "./fleet-call-options.ts";
import { answeredText, itemsFrom, refusedText } from "./outcome-text.ts";

/** How the call of a round ended. */
export interface UpstreamCallEnd {
  /** The outcome texts, one a contribution. */
  readonly texts: readonly string[];
  readonly isAnswered: boolean;
  /** Calls that this agent made. */
  readonly attempts: number;
  readonly items: number;
}

/** What the call works with; `ending` aborts when the round is this agent's no more. */
export interface UpstreamCallWorld {
  readonly timers: Timers;
  readonly random: Random;
  readonly budget: RetryBudget;
  readonly ending: AbortSignal;
}

type Answer = { readonly results: readonly unknown[] } | { readonly error: Error };

/** Makes the call; never rejects. */
export async function callUpstream<Item, Result>(
  options: FleetCallOptions<Item, Result>,
  world: UpstreamCallWorld,
  round: PoolRound,
  beat: number | undefined,
): Promise<UpstreamCallEnd> {
  const parts = round.contributions.map((contribution) => ({ contribution, items: itemsFrom(contribution) }));
  const items = parts.flatMap((part) => (part.items instanceof EntrainError ? [] : part.items)) as readonly Item[];
  const { answer, attempts } =
    items.length === 0
      ? { answer: { results: [] }, attempts: 0 }
      : await attempted(options, world, { round, beat, items });
  let from = 0;
  const textOf = ({ count }: Contribution): string => {
    if ("error" in answer) return refusedText(count, answer.error, attempts);
    from += count;
    return answeredText(answer.results.slice(from - count, from));
  };
  return {
    texts: parts.map((part) =>
      part.items instanceof EntrainError ? refusedText(part.contribution.count, part.items) : textOf(part.contribution),
    ),
    isAnswered: !("error" in answer),
    attempts,
    items: items.length,
  };
}

interface Batch<Item> {
  readonly round: PoolRound;
  readonly beat: number | undefined;
  readonly items: readonly Item[];
}

/** The answer of the first attempt that has one, or the last fault. */
async function attempted<Item, Result>(
  { name, flush, attempts: attemptsMax, deadlineMs, retryPauseMs }: FleetCallOptions<Item, Result>,
  { timers, random, budget, ending }: UpstreamCallWorld,
  { round, beat, items }: Batch<Item>,
): Promise<{ readonly answer: Answer; readonly attempts: number }> {
  const { key, token, contributions } = round;
  if (round.attempt > attemptsMax) {
    const error = new EntrainError("unavailable", `${attemptsMax} agents did not survive this call`);
    return { answer: { error }, attempts: 0 };
  }
  for (let attempt = round.attempt; ; attempt++) {
    const attempts = attempt - round.attempt + 1;
    try {
      const work = (signal: AbortSignal) =>
        flush(items, { key, token, beat, attempt, signal, agents: contributions.length });
      const results = await withinDeadline({ timers, deadlineMs, ending }, work);
      budget.succeeded();
      return { answer: { results: resultsOf(name, results, items.length) }, attempts };
    } catch (thrown) {
      const isWorthIt = !(thrown instanceof EntrainError) || thrown.retryable;
      const isLast = attempt >= attemptsMax || !isWorthIt || ending.aborted;
      if (isLast || !budget.take()) {
        const error = thrown instanceof Error ? thrown : EntrainError.from(thrown);
        return { answer: { error }, attempts };
      }
    }
    await new Promise<void>((resolve) => {
      timers.after(retryPauseMs * 2 ** (attempt - 1) * (0.5 + random.next() / 2), resolve);
    });
  }
}
