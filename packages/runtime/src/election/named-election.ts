/**
 * A user's election: the machine of the swarm's own leadership over a record of its own, with callbacks. `onElected` is
 * called once for each term with a signal that aborts before the lease can be lost (L4), also when the leadership is given
 * up. Whoever works on under a term that is over is refused wherever the term is compared (L3).
 *
 * A callback that throws, or whose promise is rejected, is reported, and the leadership is given up: others may do better.
 */
import { EntrainError } from "@entrain/kernel";
import type { LossCause } from "@entrain/core/election";
import { ElectionLoop, type ElectionLoopOptions, type LeaderView } from "./election-loop.ts";
import { namedEvents } from "./named-events.ts";

/** What a candidate wants to be told. */
export interface ElectionCallbacks {
  /**
   * This candidate leads.
   * @param term the fencing token: higher than every earlier one of this election (L2).
   * @param signal aborts when the leadership ends: stop acting then.
   */
  readonly onElected: (term: number, signal: AbortSignal) => unknown;
  /** It leads no longer; `signal` has aborted. */
  readonly onLost?: ((term: number, cause: LossCause) => unknown) | undefined;
  /** Somebody else leads, or nobody is known to. */
  readonly onLeader?: ((leader: LeaderView) => unknown) | undefined;
}

/** A candidate of one election. */
export interface NamedElection extends AsyncDisposable {
  /** Who leads, as far as this candidate knows. */
  leader(): LeaderView;
  /** The term that this candidate leads under, while it may act (L4). */
  term(): number | undefined;
  /** Gives the leadership up and stands again after a pause; answers whether it led. */
  resign(): Promise<boolean>;
  /** Gives the leadership up and stands no more. Idempotent. */
  stop(): Promise<void>;
}

/** Stands for election at once. */
export function startNamedElection(
  name: string,
  callbacks: ElectionCallbacks,
  options: Omit<ElectionLoopOptions, "onLeader" | "onElected" | "onLost">,
): NamedElection {
  const { events } = options;
  let ending = new AbortController();

  /** Runs a callback of the user; a failure is told, and `failed` is called. */
  function call(listener: string, work: () => unknown, failed: () => void = () => undefined): void {
    const onFailure = (thrown: unknown): void => {
      events({ kind: "listener.failed", listener, message: EntrainError.from(thrown).message });
      failed();
    };
    try {
      const answer = work();
      if (answer instanceof Promise) answer.catch(onFailure);
    } catch (thrown) {
      onFailure(thrown);
    }
  }

  const loop = new ElectionLoop({
    ...options,
    events: namedEvents("election", name, events),
    onLeader: (view) => {
      call(`election ${name}: onLeader`, () => callbacks.onLeader?.(view));
    },
    onElected: ({ term }) => {
      const own = new AbortController();
      ending = own;
      const giveUp = (): void => {
        if (!own.signal.aborted) void loop.resign();
      };
      call(`election ${name}: onElected`, () => callbacks.onElected(term, own.signal), giveUp);
    },
    onLost: ({ term }, cause) => {
      ending.abort(new EntrainError("stale-term", `election "${name}" is no longer led: ${cause}`, { value: term }));
      call(`election ${name}: onLost`, () => callbacks.onLost?.(term, cause));
    },
  });
  loop.start();
  const stop = (): Promise<void> => loop.stop();
  return {
    leader: () => loop.leader(),
    term: () => loop.leadership()?.term,
    resign: () => loop.resign(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
