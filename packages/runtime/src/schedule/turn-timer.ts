/**
 * The turns of a loop: one at a time, each saying how long to pause before the next. A turn that throws is taken again after
 * a pause that grows, and said once.
 */
import { EntrainError } from "@entrain/kernel";
import { failurePauseMs, pauseMaxMs, type JobSurroundings } from "./job-surroundings.ts";

type TurnSurroundings = Pick<JobSurroundings, "agentId" | "timers" | "random" | "events">;

/** The turns of one job. */
export class TurnTimer {
  readonly #surroundings: TurnSurroundings;
  readonly #job: string;
  readonly #turn: () => Promise<number>;
  #callOff: () => void = () => undefined;
  #underWay: Promise<void> | undefined;
  #failures = 0;
  #again = false;
  #stopped = false;

  constructor(surroundings: TurnSurroundings, job: string, turn: () => Promise<number>) {
    this.#surroundings = surroundings;
    this.#job = job;
    this.#turn = turn;
  }

  /** Takes a turn now; where one is under way, another follows it at once. */
  now(): void {
    if (this.#stopped) return;
    this.#callOff();
    this.#again = true;
    this.#underWay ??= this.#take();
  }

  /** No further turns; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#callOff();
    await this.#underWay;
  }

  async #take(): Promise<void> {
    let pauseMs = 0;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        pauseMs = await this.#turn();
        this.#failures = 0;
      } catch (thrown) {
        this.#fail(EntrainError.from(thrown));
        pauseMs = failurePauseMs(this.#failures, this.#surroundings.random);
      }
    }
    this.#underWay = undefined;
    if (this.#stopped) return;
    this.#callOff = this.#surroundings.timers.after(Math.min(pauseMaxMs, Math.max(0, pauseMs)), () => {
      this.now();
    });
  }

  #fail({ code, message }: EntrainError): void {
    const { agentId, events } = this.#surroundings;
    if (this.#failures === 0) events({ kind: "job.stalled", agentId, job: this.#job, code, message });
    this.#failures += 1;
  }
}
