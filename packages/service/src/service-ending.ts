/**
 * Everything that ends a service process: signals, the closed control channel, the service's own failure, defects. There
 * is one stop, whatever asks for it first; what hangs in it is ended a second after the drain time, and a second signal
 * ends the process at once.
 */
import { writeSync } from "node:fs";
import { constants } from "node:os";
import { EntrainError, formatDuration } from "@entrain/kernel";
import { createLogger } from "@entrain/telemetry";
import { exitCodeOf, exitCodes } from "./exit-code.ts";

type Logger = ReturnType<typeof createLogger>;

/** What a stop may take beyond the drain time before it is forced, ms. */
const forceAfterMs = 1_000;
/** How long the end waits for whoever reads the log, ms. */
const logWithinMs = 500;

/** The end of one service process. */
export class ServiceEnding {
  readonly #service: string;
  readonly #stopping = new AbortController();
  #logger: Logger | undefined;
  #drainMs = 0;
  #starting: Promise<{ stop(): Promise<void> }> | undefined;

  /** Catches signals and faults from now on. */
  constructor(service: string) {
    this.#service = service;
    for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
      process.on(name, () => {
        // People press Ctrl-C again when they mean it.
        if (this.signal.aborted) process.exit(128 + constants.signals[name]);
        this.stop(name);
      });
    process.on("uncaughtException", (thrown) => this.#crash(thrown));
    process.on("unhandledRejection", (thrown) => this.#crash(thrown));
  }

  /** Aborts when the service is to stop. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Once the environment is read. */
  configure(logger: Logger, drainMs: number): void {
    this.#logger = logger;
    this.#drainMs = drainMs;
  }

  /** What is to be stopped in the end, once it has started. */
  started(starting: Promise<{ stop(): Promise<void> }>): void {
    this.#starting = starting;
  }

  /** Tells why and ends the process without a stop: there is nothing to stop yet. */
  refuse(sentence: string, code: number): never {
    this.#say(sentence);
    process.exit(code);
  }

  /** Stops the service and exits with `code`; later calls change nothing. */
  stop(reason: string, code: number = exitCodes.done): void {
    if (this.signal.aborted) return;
    this.#logger?.info({ reason }, "stopping");
    this.#stopping.abort(new EntrainError("cancelled", reason));
    const limitMs = this.#drainMs + forceAfterMs;
    setTimeout(() => {
      this.refuse(`it did not stop within ${formatDuration(limitMs)} and is ended by force`, exitCodes.internal);
    }, limitMs);
    this.#shutDown().then(
      () => process.exit(code),
      (thrown: unknown) => this.#crash(thrown),
    );
  }

  /** Ends the service because of `thrown`: a sentence and a stop for what can be expected, a crash for a defect. */
  fail(thrown: unknown): void {
    if (this.signal.aborted) return;
    const error = EntrainError.from(thrown);
    const code = exitCodeOf(error);
    if (code === exitCodes.internal) this.#crash(thrown);
    if (code !== exitCodes.done) this.#say(error.message);
    this.stop(error.message, code);
  }

  async #shutDown(): Promise<void> {
    // A start that fails after it was called off, or that was the reason, has nothing more to say.
    const running = await this.#starting?.catch(() => undefined);
    await running?.stop();
    this.#logger?.info("stopped");
    await this.#logWritten();
  }

  /** Waits for the log to be written: at the exit itself a line under way could be overtaken by the last ones. */
  async #logWritten(): Promise<void> {
    const logger = this.#logger;
    if (logger === undefined) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, logWithinMs);
      logger.flush(() => {
        resolve();
      });
    });
  }

  /** A defect: its stack trace goes to the log. */
  #crash(thrown: unknown): never {
    const error = thrown instanceof Error ? thrown : EntrainError.from(thrown);
    const logger = this.#logger ?? createLogger({ base: { service: this.#service } });
    logger.fatal({ err: error }, error.message);
    this.refuse(`a defect ends the service: ${error.message}`, exitCodes.internal);
  }

  /** One line for each of the message's, written before the process can end. */
  #say(message: string): void {
    try {
      for (const line of message.split("\n")) writeSync(2, `entrain ${this.#service}: ${line}\n`);
    } catch {
      // Nobody reads stderr any more.
    }
  }
}
