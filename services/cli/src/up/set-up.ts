/**
 * Brings a swarm up to readiness: the console, and beside it the decision loop and then the agents that lean on it, a few
 * at a time, and the coordinator, on which nothing leans at the start; then the wait until the console shows them all alive and beating under a leader.
 */
import { availableParallelism } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { EntrainError } from "@entrain/kernel";
import { createConsoleClient, type ConsoleClient } from "../console/console-client.ts";
import type { SwarmView } from "../console/console-views.ts";
import { missingForReadiness } from "./readiness.ts";
import type { Run } from "./run.ts";
import { agentSpec, consoleSpec, coordinatorSpec, decisionLoopSpec, type RunSettings } from "./service-specs.ts";

const pollMs = 100;
/** From the first process on; a loaded machine starts one a second. */
const deadlineMs = (processes: number): number => 45_000 + processes * 1_000;
/** A slow starter holds up the others no longer than that, ms: more starts at once would only slow each other down. */
const staggerMs = 1_500;

/** @throws EntrainError of the service that failed, or `deadline-exceeded` that says what is missing. */
export async function setUp(
  run: Run,
  redisEnv: NodeJS.ProcessEnv,
): Promise<{ console: ConsoleClient; swarm: SwarmView }> {
  const settings: RunSettings = {
    env: run.env,
    swarmId: run.swarmId,
    redisEnv,
    httpHost: run.httpHost,
    runDirectory: run.directory,
    options: run.options,
  };
  const deadline = AbortSignal.timeout(deadlineMs(run.hosts.length + 3));
  const signal = AbortSignal.any([run.interruption.signal, deadline]);
  const { spec, url } = consoleSpec(settings);
  const consoleStart = run.supervisor.start(spec);
  const loop = await unlessAborted(signal, run.supervisor.start(decisionLoopSpec(settings)));
  if (loop.grpcAddress === undefined)
    throw new EntrainError("internal", "the decision loop did not say where its gRPC server is");
  const coordinatorStart = run.supervisor.start(coordinatorSpec(settings));
  const watching = new AbortController();
  const agents = startAgents(run, settings, loop.grpcAddress, AbortSignal.any([signal, watching.signal]));
  agents.catch(() => undefined);
  try {
    await unlessAborted(signal, Promise.all([consoleStart, coordinatorStart]));
    const console = createConsoleClient(url(), run.token);
    return { console, swarm: await untilReady(run, console, agents, signal) };
  } finally {
    watching.abort();
  }
}

async function startAgents(run: Run, settings: RunSettings, loop: string, signal: AbortSignal): Promise<void> {
  const starting = new Set<Promise<unknown>>();
  const all: Promise<unknown>[] = [];
  const width = availableParallelism() + 1;
  for (const host of run.hosts) {
    if (signal.aborted) return;
    const started = run.supervisor.start(agentSpec(settings, host, loop));
    const settled = started.then(
      () => undefined,
      () => undefined,
    );
    starting.add(settled);
    void settled.then(() => starting.delete(settled));
    all.push(started);
    if (starting.size >= width)
      await Promise.race([...starting, delay(staggerMs, undefined, { signal }).catch(() => undefined)]);
  }
  await Promise.all(all);
}

/** Polls the console; what is missing at the deadline is what the error says. */
async function untilReady(
  run: Run,
  console: ConsoleClient,
  started: Promise<void>,
  signal: AbortSignal,
): Promise<SwarmView> {
  let missing: readonly string[] = ["nothing heard from the console yet"];
  let failure: unknown;
  started.catch((thrown: unknown) => {
    failure = thrown;
  });
  for (;;) {
    if (run.interruption.signal.aborted) throw new EntrainError("cancelled", "interrupted before it was ready");
    if (failure !== undefined) throw EntrainError.from(failure);
    const fault = run.roll.fault();
    if (fault !== undefined) throw new EntrainError("unavailable", fault);
    if (signal.aborted) throw notReady(run, missing);
    try {
      const [swarm, agents] = await Promise.all([console.swarm(), console.agents()]);
      const { coherence } = swarm.rhythm;
      if (coherence !== null) run.account.tell({ kind: "coherence", value: coherence });
      missing = missingForReadiness(run.roll.startedIds, agents, swarm);
      if (missing.length === 0) return swarm;
    } catch (thrown) {
      missing = [EntrainError.from(thrown).message];
    }
    await delay(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

function notReady(run: Run, missing: readonly string[]): EntrainError {
  const seconds = Math.round(run.timeline.sinceStartMs() / 1_000);
  const what = `the swarm is not ready after ${seconds} s: ${missing.join("; ")}`;
  return new EntrainError("deadline-exceeded", `${what} (logs: ${run.directory.path}/logs)`);
}

/** @throws EntrainError `cancelled` or `deadline-exceeded` as soon as the signal aborts. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => {
    const late = signal.reason instanceof DOMException;
    const what = late
      ? "the decision loop, the coordinator and the console did not become ready in time"
      : "interrupted before it was ready";
    aborted.reject(new EntrainError(late ? "deadline-exceeded" : "cancelled", what));
  };
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
