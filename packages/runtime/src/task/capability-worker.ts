/**
 * One capability of one agent at work: claims tasks while it has a hand free, as soon as a hint or the store's own schedule
 * says that there may be one, and at least once a second, which is also how others know that the agent offers it.
 */
import { EntrainError } from "@entrain/kernel";
import { queuesFor, taskLimits, type HeldTask } from "@entrain/core/task";
import type { Capability } from "./capability.ts";
import { createHands, type Hands } from "./hands.ts";
import { takeOver } from "./take-over.ts";
import { runTask, type TaskSurroundings } from "./task-run.ts";

/** Longest pause between two claims, ms, before jitter. */
const idleMs = 1_000;
/** Shortest pause after one that failed. */
const failedMs = 200;

/** What a worker needs. */
export interface WorkerSurroundings extends TaskSurroundings {
  /** Whether the agent leads the swarm: then tasks for the leader are its own too. */
  readonly isLeader: () => boolean;
}

/** A capability at work. */
export interface CapabilityWorker {
  readonly name: string;
  start(): void;
  /** Claims nothing more, waits for what is under way, and hands back at once what is not done in time. Idempotent. */
  stop(drainMs: number): Promise<void>;
}

/** A worker; it claims nothing before `start`. */
export function createCapabilityWorker(around: WorkerSurroundings, capability: Capability): CapabilityWorker {
  return new Worker(around, capability);
}

class Worker implements CapabilityWorker {
  readonly #around: WorkerSurroundings;
  readonly #capability: Capability;
  readonly #hands: Hands;
  #unwatch: (() => void) | undefined;
  #callOff: (() => void) | undefined;
  #claiming: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(around: WorkerSurroundings, capability: Capability) {
    this.#around = around;
    this.#capability = capability;
    this.#hands = createHands(around.timers, capability.concurrency, () => {
      this.#wake();
    });
  }

  get name(): string {
    return this.#capability.name;
  }

  start(): void {
    if (this.#stopped || this.#unwatch !== undefined) return;
    const own = `${this.name}@${this.#around.agentId}`;
    this.#unwatch = this.#around.store.watch(({ offered }) => {
      const queues = this.#queues();
      // What is handed to this agent wants an answer, even where it is no.
      if (offered.some((queue) => queue === own || (queues.includes(queue) && this.#free() > 0))) this.#wake();
    });
    this.#wake();
  }

  async stop(drainMs: number): Promise<void> {
    this.#stopped = true;
    this.#unwatch?.();
    this.#callOff?.();
    await this.#claiming;
    const { timers } = this.#around;
    const runs = this.#hands.runs();
    let callOff: (() => void) | undefined;
    const late = new Promise<void>((resolve) => {
      callOff = timers.after(drainMs, resolve);
    });
    await Promise.race([Promise.all(runs.map(({ told }) => told)), late]);
    callOff?.();
    for (const run of runs) run.stop();
    await Promise.all(runs.map(({ told }) => told));
    this.#hands.close();
  }

  #queues(): readonly string[] {
    return queuesFor([this.#capability.name], this.#around.agentId, this.#around.isLeader());
  }

  #free(): number {
    return Math.min(taskLimits.claimMax, this.#hands.free());
  }

  #wake(): void {
    if (this.#stopped) return;
    if (this.#claiming !== undefined) {
      this.#again = true;
      return;
    }
    this.#callOff?.();
    this.#claiming = this.#claim().then((nextMs) => {
      this.#claiming = undefined;
      if (this.#stopped) return;
      if (this.#again && this.#free() > 0) {
        this.#again = false;
        this.#wake();
      } else {
        this.#callOff = this.#around.timers.after(nextMs, () => {
          this.#wake();
        });
      }
    });
  }

  /** Claims what fits, begins it, and answers when to look again. */
  async #claim(): Promise<number> {
    const { store, clock, random, agentId, events } = this.#around;
    const { accept } = this.#capability;
    const hands = this.#hands;
    const mostMs = idleMs * (0.75 + random.next() / 4);
    this.#again = false;
    try {
      const sentMs = clock.monoMs();
      const max = this.#free();
      const answer = await store.apply({
        kind: "claim",
        agentId,
        queues: this.#queues(),
        capabilities: [this.#capability.name],
        max,
        load: hands.load(),
      });
      if (answer.kind !== "claimed") throw new EntrainError("internal", `a claim was answered ${answer.kind}`);
      const begin = (held: HeldTask, since: number): void => {
        hands.hold(runTask(this.#around, this.#capability, held, since));
      };
      for (const held of answer.tasks) begin(held, sentMs);
      const options = { store, events, agentId, hands, accept };
      await takeOver(
        {
          ...options,
          begin: (held) => {
            begin(held, clock.monoMs());
          },
        },
        answer.offers,
      );
      return this.#free() === 0 ? mostMs : Math.min(mostMs, (answer.nextInMs ?? mostMs) + 1);
    } catch (thrown) {
      const { code, message } = EntrainError.from(thrown);
      events({ kind: "follow.failed", what: `tasks for ${this.#capability.name}`, code, message });
      return failedMs + random.next() * (idleMs - failedMs);
    }
  }
}
