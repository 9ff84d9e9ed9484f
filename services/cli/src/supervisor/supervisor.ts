/**
 * Runs the services of a swarm: starts each, tells of each death, starts again what is to live on, and ends all in order.
 *
 * Order at the end: nothing is started any more; agents are asked to leave, then the services that they lean on; what is
 * left at `killAfterMs` gets SIGKILL. When `stop` resolves, no process of any service is left.
 */
import { setTimeout as delay } from "node:timers/promises";
import { EntrainError } from "@entrain/kernel";
import { backOffMs, restartDelayMs } from "./back-off.ts";
import type { ReadyMessage } from "@entrain/service";
import type { Guard } from "./guard.ts";
import { lastWordsOf } from "./last-words.ts";
import { startServiceProcess, type ServiceExit, type ServiceProcess } from "./service-process.ts";

/** A service to run. */
export interface ServiceSpec {
  readonly name: string;
  /** Agents are stopped first. */
  readonly role: "agent" | "support";
  readonly script: string;
  readonly logFile: string;
  readonly restart: "always" | "never";
  /**
   * The environment of the next life. `wasReady` tells whether an earlier life was: from then on its addresses are known
   * to others and must stay.
   */
  env(wasReady: boolean): Promise<NodeJS.ProcessEnv>;
  /** How many lives it may spend on becoming ready for the first time. */
  readonly startTries: number;
}

/** What happened to a service. */
export type SupervisorEvent =
  | ({ readonly kind: "ready"; readonly lives: number } & Pick<ReadyMessage, "pid" | "opsUrl" | "grpcAddress"> & {
        readonly name: string;
      })
  | {
      readonly kind: "ended";
      readonly name: string;
      readonly pid: number;
      readonly exit: ServiceExit;
      /** Somebody outside ended it (a signal, or an orderly exit nobody here asked for); false: a fault of its own. */
      readonly fromOutside: boolean;
      /** It had been ready, in this life or an earlier one. */
      readonly wasReady: boolean;
      readonly lastWords: string | undefined;
      readonly logFile: string;
      /** When it is started again, ms from now; undefined: it stays dead. */
      readonly restartInMs: number | undefined;
    };

/** Runs services. */
export interface Supervisor {
  /**
   * Starts a service; resolves with its word that it is ready.
   * @throws EntrainError where it ended before: `invalid-config` or `store-unavailable` by its exit code, else `unavailable`
   */
  start(spec: ServiceSpec): Promise<ReadyMessage>;
  /** Ends everything. Idempotent: a second call with a smaller `killAfterMs` hurries the first. */
  stop(timing: StopTiming): Promise<void>;
}

/** Instants after the call of `stop`, ms. */
export interface StopTiming {
  /** When the other services are asked too, though agents are still leaving. */
  readonly supportAfterMs: number;
  readonly killAfterMs: number;
}

export interface SupervisorOptions {
  readonly guard: Guard;
  readonly onEvent: (event: SupervisorEvent) => void;
  /** 0..1, for jitter. */
  readonly chance: () => number;
}

/** What is known of one service over its lives. */
interface Service {
  readonly spec: ServiceSpec;
  /** Its first word; rejected where there will be none. */
  readonly first: PromiseWithResolvers<ReadyMessage>;
  lives: number;
  /** Short lives in a row. */
  shortLives: number;
  wasReady: boolean;
}

interface Ended {
  readonly pid: number;
  readonly exit: ServiceExit;
}

/** A supervisor of nothing yet. */
export function createSupervisor({ guard, onEvent, chance }: SupervisorOptions): Supervisor {
  const stopping = new AbortController();
  const running = new Map<ServiceProcess, ServiceSpec>();
  /** One entry per service: settles when it will have no further life. */
  const lifetimes: Promise<void>[] = [];

  const isStopping = (): boolean => stopping.signal.aborted;

  /** One life from its birth to its end; undefined where it ended because everything stops. */
  async function live(service: Service): Promise<Ended | undefined> {
    const { spec, first } = service;
    service.lives += 1;
    const env = await spec.env(service.wasReady);
    if (isStopping()) return undefined;
    const bornAt = performance.now();
    const life = await startServiceProcess({ ...spec, env }, guard, ({ opsUrl, grpcAddress, ...message }) => {
      service.wasReady = true;
      const address = grpcAddress === undefined ? { opsUrl } : { opsUrl, grpcAddress };
      onEvent({ kind: "ready", name: spec.name, pid: life.pid, ...address, lives: service.lives });
      first.resolve({ ...message, ...address });
    });
    running.set(life, spec);
    if (isStopping()) life.kill();
    const exit = await life.exited;
    running.delete(life);
    if (isStopping()) return undefined;
    service.shortLives = performance.now() - bornAt < backOffMs.stableLife ? service.shortLives + 1 : 1;
    return { pid: life.pid, exit };
  }

  /** Lives one after the other, until one is the last. */
  async function keep(service: Service): Promise<void> {
    const { spec, first } = service;
    const { name, logFile } = spec;
    for (;;) {
      const ended = await live(service).catch((thrown: unknown) => startFailed(service, thrown));
      if (ended === undefined) return;
      if (ended === "not-started") {
        await delay(restartDelayMs(++service.shortLives, chance()), undefined, { signal: stopping.signal }).catch(
          () => undefined,
        );
        continue;
      }
      const { exit } = ended;
      const again = service.wasReady ? spec.restart === "always" : service.lives < spec.startTries && !isFinal(exit);
      const restartInMs = again ? restartDelayMs(service.shortLives, chance()) : undefined;
      const lastWords = lastWordsOf(logFile);
      const fromOutside = endedFromOutside(exit);
      onEvent({
        kind: "ended",
        name,
        ...ended,
        fromOutside,
        wasReady: service.wasReady,
        lastWords,
        logFile,
        restartInMs,
      });
      if (restartInMs === undefined) {
        first.reject(endedTooEarly(spec, exit, lastWords));
        return;
      }
      await delay(restartInMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  /** Resolves true once no service that `which` picks is left, or false after `waitMs`. */
  async function gone(which: (spec: ServiceSpec) => boolean, waitMs: number): Promise<boolean> {
    const late = new AbortController();
    const all = Promise.all([...running].filter(([, spec]) => which(spec)).map(([life]) => life.exited));
    const result = await Promise.race([
      all.then(() => true),
      delay(Math.max(0, waitMs), false, { signal: late.signal }).catch(() => false),
    ]);
    late.abort();
    return result;
  }

  /** A paused process hears SIGTERM only when it goes on. */
  function ask(which: (spec: ServiceSpec) => boolean): void {
    for (const [life, spec] of running) {
      if (!which(spec)) continue;
      life.signal("SIGTERM");
      life.signal("SIGCONT");
    }
  }

  return {
    start(spec) {
      const first = Promise.withResolvers<ReadyMessage>();
      // Whoever does not wait any more because everything stops has no use for the reason.
      first.promise.catch(() => undefined);
      const lifetime = keep({ spec, first, lives: 0, shortLives: 0, wasReady: false })
        .catch((thrown: unknown) => first.reject(EntrainError.from(thrown)))
        .then(() => first.reject(new EntrainError("cancelled", `${spec.name} was stopped before it was ready`)));
      lifetimes.push(lifetime);
      return first.promise;
    },
    async stop({ supportAfterMs, killAfterMs }) {
      const startedAt = performance.now();
      const left = (untilMs: number) => untilMs - (performance.now() - startedAt);
      stopping.abort();
      ask((spec) => spec.role === "agent");
      await gone((spec) => spec.role === "agent", left(Math.min(supportAfterMs, killAfterMs)));
      ask((spec) => spec.role === "support");
      await gone(() => true, left(killAfterMs));
      for (const life of running.keys()) life.kill();
      await Promise.all(lifetimes);
    },
  };
}

/** A machine short of processes or descriptors may have some again later; a service that never was is refused at once. */
function startFailed(service: Service, thrown: unknown): "not-started" {
  if (service.wasReady) return "not-started";
  throw thrown;
}

/** Exit codes after which trying again unchanged cannot succeed. */
function isFinal(exit: ServiceExit): boolean {
  return exit.code === 69 || exit.code === 78;
}

const outsideSignals: ReadonlySet<NodeJS.Signals | null> = new Set([
  "SIGKILL",
  "SIGTERM",
  "SIGINT",
  "SIGHUP",
  "SIGQUIT",
]);

function endedFromOutside(exit: ServiceExit): boolean {
  return exit.code === 0 || outsideSignals.has(exit.signal);
}

function endedTooEarly(spec: ServiceSpec, exit: ServiceExit, lastWords: string | undefined): EntrainError {
  const how = exit.signal === null ? `with exit code ${exit.code ?? 0}` : `by ${exit.signal}`;
  const words = lastWords === undefined ? "" : `: ${lastWords}`;
  const code = exit.code === 78 ? "invalid-config" : exit.code === 69 ? "store-unavailable" : "unavailable";
  return new EntrainError(code, `${spec.name} ended ${how} before it was ready${words} (log: ${spec.logFile})`);
}
