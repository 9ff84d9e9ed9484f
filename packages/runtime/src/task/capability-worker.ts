/**
 * One capability of one agent at work: claims tasks while it has a hand free, as soon as a hint or the store's own schedule
 * says that there may be one, and at least once a second, which is also how others know that the agent offers it.
 */
import { EntrainError } from "@entrain/kernel";
import { queuesFor, taskLimits } from "@entrain/core/task";
import { runTask, type Capability, type TaskRun, type TaskSurroundings } from "./task-run.ts";

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
  readonly #runs = new Set<TaskRun>();
  #unwatch: (() => void) | undefined;
  #callOff: (() => void) | undefined;
  #claiming: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(around: WorkerSurroundings, capability: Capability) {
    this.#around = around;
    this.#capability = capability;
  }

  get name(): string {
    return this.#capability.name;
  }

  start(): void {
    if (this.#stopped || this.#unwatch !== undefined) return;
    this.#unwatch = this.#around.store.watch(({ offered }) => {
      const queues = this.#queues();
      if (offered.some((queue) => queues.includes(queue)) && this.#free() > 0) this.#wake();
    });
    this.#wake();
  }

  async stop(drainMs: number): Promise<void> {
    this.#stopped = true;
    this.#unwatch?.();
    this.#callOff?.();
    await this.#claiming;
    const { timers } = this.#around;
    const runs = [...this.#runs];
    let callOff: (() => void) | undefined;
    const late = new Promise<void>((resolve) => {
      callOff = timers.after(drainMs, resolve);
    });
    await Promise.race([Promise.all(runs.map(({ told }) => told)), late]);
    callOff?.();
    for (const run of runs) run.stop();
    await Promise.all(runs.map(({ told }) => told));
  }

  #queues(): readonly string[] {
    return queuesFor([this.#capability.name], this.#around.agentId, this.#around.isLeader());
  }

  #free(): number {
    return Math.max(0, Math.min(taskLimits.claimMax, this.#capability.concurrency - this.#runs.size));
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
      });
      if (answer.kind !== "claimed") throw new EntrainError("internal", `a claim was answered ${answer.kind}`);
      for (const held of answer.tasks) {
        const run = runTask(this.#around, this.#capability, held, sentMs);
        this.#runs.add(run);
        void Promise.all([run.told, run.over]).then(() => {
          this.#runs.delete(run);
          if (this.#free() === 1) this.#wake();
        });
      }
      return this.#free() === 0 ? mostMs : Math.min(mostMs, (answer.nextInMs ?? mostMs) + 1);
    } catch (thrown) {
      const { code, message } = EntrainError.from(thrown);
      events({ kind: "follow.failed", what: `tasks for ${this.#capability.name}`, code, message });
      return failedMs + random.next() * (idleMs - failedMs);
    }
  }
}
