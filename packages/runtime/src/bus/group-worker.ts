/**
 * One subscription of one process to a group of the bus: opens the group, takes messages while a hand is free, as soon as a hint
 * or the store's own schedule says that there are some, and at least once a second.
 *
 * A group that the store has lost, or that was removed, is opened again; where the store was away, as soon as it is back, while
 * nothing is published yet (S1). One that cannot be opened ends the subscription.
 */
import { EntrainError } from "@entrain/kernel";
import { busLimits, fullJitterMs, type BusGroup } from "@entrain/core/bus";
import { createHands, type Hands } from "../task/hands.ts";
import { deliver, type Consumer, type DeliverySurroundings } from "./delivery.ts";
import { markDeath } from "./message-trace.ts";

/** Longest pause between two looks, ms, before jitter, and bounds of that after a failure. */
const idleMs = 1_000;
const failedMs = { first: 100, most: 2_000 };

/** A subscription to a group. */
export interface Subscription {
  readonly group: string;
  readonly pattern: string;
  /**
   * Resolves when the group is there: from then on it gets what is published.
   * Rejects with `conflict` for another pattern than the group's, `resource-exhausted` for one group too many, `cancelled`
   * where the subscription was stopped before.
   */
  readonly ready: Promise<void>;
  /** Takes nothing more, waits for what is under way, and gives back at once what is not done in time (default 5,000 ms). */
  stop(options?: { readonly drainMs?: number }): Promise<void>;
}

/** A subscription, with its beginning. */
export interface GroupWorker extends Subscription {
  start(): void;
}

/** What it is made of. */
export interface GroupWorkerOptions extends Consumer {
  readonly spec: BusGroup;
  /** Messages at once. */
  readonly concurrency: number;
  readonly onStop: () => void;
}

/** A worker; it asks nothing of the store before `start`. */
export function createGroupWorker(around: DeliverySurroundings, options: GroupWorkerOptions): GroupWorker {
  return new Worker(around, options);
}

class Worker implements GroupWorker {
  readonly ready: Promise<void>;
  readonly #around: DeliverySurroundings;
  readonly #options: GroupWorkerOptions;
  readonly #hands: Hands;
  readonly #settled = Promise.withResolvers<undefined>();
  #unwatch: (() => void) | undefined;
  #callOff: (() => void) | undefined;
  #looking: Promise<void> | undefined;
  #isOpen = false;
  #again = false;
  #stopped = false;
  #failures = 0;

  constructor(around: DeliverySurroundings, options: GroupWorkerOptions) {
    this.#around = around;
    this.#options = options;
    this.ready = this.#settled.promise;
    // Who does not ask whether it is ready need not hear that it is not.
    this.ready.catch(() => undefined);
    this.#hands = createHands(around.timers, options.concurrency, () => {
      this.#wake();
    });
  }

  get group(): string {
    return this.#options.spec.group;
  }

  get pattern(): string {
    return this.#options.spec.pattern;
  }

  start(): void {
    if (this.#stopped || this.#unwatch !== undefined) return;
    const { store, health } = this.#around;
    const unwatchQueued = store.watch((groups) => {
      if (groups.includes(this.group) && this.#hands.free() > 0) this.#wake();
    });
    const unwatchHealth = health?.watch(({ up }) => {
      if (up) this.#wake();
    });
    this.#unwatch = () => {
      unwatchQueued();
      unwatchHealth?.();
    };
    this.#wake();
  }

  async stop({ drainMs = 5_000 }: { readonly drainMs?: number } = {}): Promise<void> {
    this.#stopped = true;
    this.#options.onStop();
    this.#unwatch?.();
    this.#callOff?.();
    this.#settled.reject(new EntrainError("cancelled", "the subscription was stopped"));
    await this.#looking;
    const runs = this.#hands.runs();
    let callOff: (() => void) | undefined;
    const late = new Promise<void>((resolve) => {
      callOff = this.#around.timers.after(drainMs, resolve);
    });
    await Promise.race([Promise.all(runs.map(({ told }) => told)), late]);
    callOff?.();
    for (const run of runs) run.stop();
    await Promise.all(runs.map(({ told }) => told));
    this.#hands.close();
  }

  #wake(): void {
    if (this.#stopped) return;
    if (this.#looking !== undefined) {
      this.#again = true;
      return;
    }
    this.#callOff?.();
    this.#looking = this.#look().then((nextMs) => {
      this.#looking = undefined;
      if (this.#stopped) return;
      if (this.#again && this.#hands.free() > 0) {
        this.#again = false;
        this.#wake();
      } else
        this.#callOff = this.#around.timers.after(nextMs, () => {
          this.#wake();
        });
    });
  }

  /** Takes what fits, begins it, and answers when to look again. */
  async #look(): Promise<number> {
    const { random, events } = this.#around;
    this.#again = false;
    try {
      if (!this.#isOpen && !(await this.#open())) return idleMs;
      const nextMs = await this.#take();
      this.#failures = 0;
      return nextMs;
    } catch (thrown) {
      const { code, message } = EntrainError.from(thrown);
      events({ kind: "follow.failed", what: `messages for ${this.group}`, code, message });
      this.#failures += 1;
      return failedMs.first + fullJitterMs(this.#failures, random, failedMs);
    }
  }

  async #open(): Promise<boolean> {
    const { spec } = this.#options;
    const answer = await this.#around.store.apply({ kind: "open", group: spec });
    this.#isOpen = answer.kind === "opened";
    if (this.#isOpen) {
      this.#settled.resolve(undefined);
      return true;
    }
    const error =
      answer.kind === "differs"
        ? new EntrainError("conflict", `group ${spec.group} has the pattern ${answer.pattern}, not ${spec.pattern}`, {
            ...{ field: "pattern", value: spec.pattern },
            remedy: "choose another group, or remove this one with what it holds",
          })
        : new EntrainError("resource-exhausted", `a swarm has at most ${busLimits.groupsMax} groups: remove one`);
    this.#settled.reject(error);
    const { code, message } = error;
    this.#around.events({ kind: "follow.failed", what: `messages for ${this.group}`, code, message });
    this.#stopped = true;
    this.#unwatch?.();
    this.#options.onStop();
    return false;
  }

  async #take(): Promise<number> {
    const { store, clock, random, agentId, events, tracing } = this.#around;
    const { group, pattern } = this;
    const mostMs = idleMs * (0.75 + random.next() / 4);
    const max = Math.min(busLimits.takeMax, this.#hands.free());
    if (max === 0) return mostMs;
    const sentMs = clock.monoMs();
    const answer = await store.apply({ kind: "take", group, consumer: this.#options.consumer, max });
    if (answer.kind === "unknown-group") {
      this.#isOpen = false;
      return 0;
    }
    if (answer.kind !== "taken") throw new EntrainError("internal", `taking messages was answered ${answer.kind}`);
    for (const { trace, ...death } of answer.dead) {
      markDeath(tracing, trace === undefined ? death : { ...death, trace }, { pattern, agentId, group });
      events({ kind: "message.died", agentId, group, ...death });
    }
    for (const held of answer.messages) this.#hands.hold(deliver(this.#around, this.#options, held, sentMs));
    return this.#hands.free() === 0 ? mostMs : Math.min(mostMs, answer.nextInMs ?? mostMs);
  }
}
