/**
 * Elections, locks and barriers of a service's own, under names: over the same machine as the swarm's leadership (L1 to L4)
 * and apart from it. They need the store: without it nobody is elected, nothing is locked and no barrier opens, and whoever
 * holds something has lost it, and been told, before anybody else can get it.
 */
import { checkId, checkObject, EntrainError } from "@entrain/kernel";
import { electionTimings, type ElectionTimings } from "@entrain/core/election";
import type { RedisStore } from "@entrain/redis";
import {
  createSystemClock,
  LockQueue,
  startNamedElection,
  systemTimers,
  waitAtBarrier,
  type AcquireOptions,
  type ElectionCallbacks,
  type LockLease,
  type NamedElection,
} from "@entrain/runtime";
import type { ResolvedHostOptions } from "./agent-options.ts";
import { closeInOrder } from "./close-in-order.ts";
import { candidateOf } from "./host-loops.ts";
import type { LifeCycle } from "./life-cycle.ts";

/** How to stand for an election: what to be told, and timings that differ from the agent's own. */
export interface ElectionOptions extends ElectionCallbacks {
  readonly timings?: Partial<ElectionTimings>;
  /**
   * When another may take over (L5). `lease`, the default and the only choice: when the lease is over, before which the holder has
   * stopped. `fenced`, early, is for the swarm's own leadership.
   */
  readonly takeover?: "lease";
}

/** Timings of a lock that differ from those of the agent's election. */
export interface LockOptions {
  readonly timings?: Partial<ElectionTimings>;
}

/** How long to wait, and what ends the wait. */
export interface WaitOptions {
  /** Default 30,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** One lock of the swarm. */
export interface AgentLock {
  /**
   * Waits for the lock; release it with `release`, or declare it with `await using`.
   * @throws EntrainError `deadline-exceeded`, `cancelled`, `resource-exhausted` (1,000 callers wait in this process),
   *   `unavailable` while the agent does not run.
   */
  acquire(options?: WaitOptions): Promise<LockLease>;
  /** Acquires, works, and releases whatever the outcome; stop working when the lease's signal aborts. */
  run<T>(work: (lease: LockLease) => Promise<T>, options?: WaitOptions): Promise<T>;
  /** The text that a holder saved last, and its token; undefined before the first. */
  saved(): Promise<{ readonly text: string; readonly token: number } | undefined>;
}

/** One barrier of the swarm. */
export interface AgentBarrier {
  /**
   * Waits until as many parties wait as the barrier takes. The token is the same for all of a round and only grows.
   * @throws EntrainError `deadline-exceeded`, `cancelled`, `conflict` where others wait for another number of parties,
   *   `unavailable` while the agent does not run.
   */
  wait(options?: WaitOptions): Promise<{ readonly token: number }>;
}

/** What a service coordinates under names of its own. */
export interface Leases {
  election(name: string, options: ElectionOptions): NamedElection;
  lock(name: string, options?: LockOptions): AgentLock;
  barrier(name: string, parties: number): AgentBarrier;
  /** Gives everything up. Idempotent. */
  close(): Promise<void>;
}

/** What they rest on. */
export interface LeasesOptions {
  readonly options: ResolvedHostOptions;
  /** Of the present life; not the final one before the start. */
  readonly incarnation: () => number;
  readonly store: RedisStore;
  readonly life: LifeCycle;
}

const defaultWaitMs = 30_000;
/** Longest delay of Node's timers, ms. */
const waitMaxMs = 2_147_483_647;
/** Names of locks and of barriers that one agent may use: each keeps a few small keys for ever. */
const namesMax = 1_000;
const partiesMax = 1_000;

/** Nothing is held yet, and nothing is asked of the store. */
export function createLeases(surroundings: LeasesOptions): Leases {
  const { options, incarnation, store, life } = surroundings;
  const { events } = options;
  const agentId = candidateOf(options);
  const around = { agentId, clock: createSystemClock(), timers: systemTimers, events };
  const elections = new Set<NamedElection>();
  const locks = new Map<string, { readonly queue: LockQueue; readonly timings: ElectionTimings }>();
  function lockOf(name: string, timings: ElectionTimings): LockQueue {
    const known = locks.get(name);
    if (known !== undefined) return known.queue;
    checkCount("locks", locks.size);
    const queue = new LockQueue({ ...around, incarnation: incarnation(), name, store: store.lock(name), timings });
    locks.set(name, { queue, timings });
    return queue;
  }

  return {
    election(name, stand) {
      checkObject("options", stand, "give { onElected }");
      const { timings, takeover, ...callbacks } = stand;
      checkOwnName(name);
      checkTakeover(name, takeover);
      const checked = timingsOf(options, timings);
      checkCallbacks(callbacks);
      checkRunning(life);
      checkCount("elections", elections.size);
      const own = { ...around, incarnation: incarnation(), store: store.election(name), timings: checked };
      const election = startNamedElection(name, callbacks, own);
      elections.add(election);
      const stop = async (): Promise<void> => {
        await election.stop();
        elections.delete(election);
      };
      return { ...election, stop, [Symbol.asyncDispose]: stop };
    },
    lock(name, { timings: given } = {}) {
      checkId("lock", name);
      const timings = timingsOf(options, given);
      checkSameTimings(name, timings, locks.get(name)?.timings);
      const acquire = async (wait: WaitOptions = {}): Promise<LockLease> => {
        const checked = checkWait(wait);
        checkRunning(life);
        return lockOf(name, timings).acquire(checked);
      };
      return {
        acquire,
        async run(work, wait) {
          if (typeof work !== "function") throw EntrainError.invalid("work", work, "give a function of a lease");
          const lease = await acquire(wait);
          try {
            return await work(lease);
          } finally {
            await lease.release();
          }
        },
        async saved() {
          const found = await store.lock(name).saved();
          return found && { text: found.text, token: found.term };
        },
      };
    },
    barrier: createBarriers(surroundings),
    close: () =>
      closeInOrder([
        () => Promise.all([...elections].map((election) => election.stop())),
        () => Promise.all([...locks.values()].map(({ queue }) => queue.close())),
      ]),
  };
}

/** Makes barriers. */
function createBarriers({ options, store, life }: LeasesOptions): Leases["barrier"] {
  /** The highest token that was seen of each (L2). */
  const tokens = new Map<string, number>();
  return (name, parties) => {
    checkId("barrier", name);
    if (!(Number.isInteger(parties) && parties >= 1 && parties <= partiesMax))
      throw EntrainError.invalid("parties", parties, `give a whole number from 1 to ${partiesMax}`);
    return {
      async wait(wait = {}) {
        const checked = checkWait(wait);
        checkRunning(life);
        if (!tokens.has(name)) checkCount("barriers", tokens.size);
        const highestToken = tokens.get(name) ?? 0;
        tokens.set(name, highestToken);
        const own = { name, parties, highestToken, store: store.barrier(name), leaseMs: options.election.leaseMs };
        const token = await waitAtBarrier({ ...checked, ...own, timers: systemTimers });
        tokens.set(name, Math.max(token, tokens.get(name) ?? 0));
        return { token };
      },
    };
  };
}

function checkRunning(life: LifeCycle): void {
  if (life.phase() !== "running")
    throw new EntrainError("unavailable", "the agent is not running: call start first, and not after stop");
}

function checkOwnName(name: string): void {
  if (checkId("election", name) === "swarm")
    throw EntrainError.invalid("election", name, "the swarm's own leadership bears this name: choose another");
}

function checkTakeover(name: string, takeover: unknown): void {
  if (takeover === undefined || takeover === "lease") return;
  if (takeover !== "fenced") throw EntrainError.invalid("takeover", takeover, 'give "lease", or leave it out');
  const remedy = 'leave it out or give "lease", and shorten timings.leaseMs for a quicker take-over';
  throw new EntrainError(
    "invalid-argument",
    `takeover is "fenced": a leader that is taken over early goes on until its next renewal is refused, and nothing refuses ` +
      `what the leader of "${name}" does outside Redis meanwhile; only the swarm's own leadership is taken over so: ${remedy}`,
    { field: "takeover", value: takeover, remedy },
  );
}

/** The agent's own timings with some replaced; a lease that the recovery window does not cover is refused (S1). */
function timingsOf({ election }: ResolvedHostOptions, given: Partial<ElectionTimings> = {}): ElectionTimings {
  const timings = electionTimings({ ...election, ...given });
  if (timings.leaseMs <= election.leaseMs) return timings;
  const remedy = "take a shorter lease, or give the agent a longer election.leaseMs";
  throw new EntrainError(
    "invalid-config",
    `leaseMs (${timings.leaseMs}) must not be over the agent's election.leaseMs (${election.leaseMs}), ` +
      `for which nothing is granted after the store lost writes: ${remedy}`,
    { field: "leaseMs", value: timings.leaseMs, remedy },
  );
}

function checkSameTimings(name: string, timings: ElectionTimings, known: ElectionTimings | undefined): void {
  if (known === undefined) return;
  for (const field of Object.keys(timings) as (keyof ElectionTimings)[])
    if (timings[field] !== known[field])
      throw EntrainError.invalid(
        field,
        timings[field],
        `the lock "${name}" is in use with ${known[field]}: give it the same everywhere in a process`,
      );
}

function checkCallbacks({ onElected }: Partial<ElectionCallbacks>): void {
  if (typeof onElected !== "function")
    throw EntrainError.invalid("onElected", onElected, "give a function of a term and a signal");
}

function checkWait({ timeoutMs = defaultWaitMs, signal }: WaitOptions): AcquireOptions {
  if (!(typeof timeoutMs === "number" && timeoutMs >= 1 && timeoutMs <= waitMaxMs))
    throw EntrainError.invalid("timeoutMs", timeoutMs, `give a duration from 1 to ${waitMaxMs} ms`);
  return { timeoutMs, signal };
}

function checkCount(what: string, count: number): void {
  if (count < namesMax) return;
  throw new EntrainError("resource-exhausted", `this agent already uses ${namesMax} names of ${what}`, {
    remedy: "take names from a bounded set, such as hashes modulo a number",
  });
}
