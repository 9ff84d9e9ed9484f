/**
 * The middle of a run: one injected incident, then figures every second and events as they happen, until the time is up
 * or somebody interrupts; at last what the console knows before anything is stopped.
 */
import { setTimeout as delay } from "node:timers/promises";
import { EntrainError } from "@entrain/kernel";
import { judge, type Verdict } from "../account/verdict.ts";
import type { ConsoleClient } from "../console/console-client.ts";
import type { AgentView, SwarmView } from "../console/console-views.ts";
import { followEvents } from "../console/event-stream.ts";
import type { Run } from "./run.ts";

const statusEveryMs = 1_000;
const eventTypes = [
  "agent.joined",
  "agent.left",
  "agent.dead",
  "leader.changed",
  "goal.changed",
  "strategy.switched",
  "decision.committed",
] as const;
const overheating = { temperature: 85 } as const;
/** How long the last look may take, ms: an interrupted run has 3 s to be gone. */
const lastLookMs = { atTheEnd: 4_000, interrupted: 400 } as const;

/** Watches a ready swarm to its end. */
export async function observe(run: Run, console: ConsoleClient): Promise<void> {
  const { account, interruption, options, timeline } = run;
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, interruption.signal]);
  await injectIncident(run, console);
  const following = followEvents(
    console,
    eventTypes,
    (event) => account.tell({ kind: "event", sinceReadyMs: timeline.sinceReadyMs(), event }),
    signal,
  );
  let answered = true;
  while (!interruption.signal.aborted) {
    const sinceReadyMs = timeline.sinceReadyMs();
    if (options.forMs !== undefined && sinceReadyMs >= options.forMs) break;
    const swarm = await console.swarm().catch(() => undefined);
    if (swarm !== undefined) account.tell({ kind: "status", sinceReadyMs: timeline.sinceReadyMs(), swarm });
    else if (answered) account.tell({ kind: "note", text: `the console at ${console.url} does not answer just now` });
    answered = swarm !== undefined;
    const untilEndMs = (options.forMs ?? Number.POSITIVE_INFINITY) - timeline.sinceReadyMs();
    const tickMs = statusEveryMs - (timeline.sinceReadyMs() % statusEveryMs);
    await delay(Math.max(0, Math.min(tickMs, untilEndMs)), undefined, { signal }).catch(() => undefined);
  }
  stop.abort();
  await following;
}

/**
 * An incident of its own name: it must not stand for one that somebody reports later. Agents that have just started may
 * be late; asked again about the same incident, all answer with the decision that stands.
 */
async function injectIncident(run: Run, console: ConsoleClient): Promise<void> {
  const incidentId = `demo-${run.directory.runId}`;
  try {
    let answer = await console.inject(overheating, incidentId);
    if (answer.missing.length > 0) answer = await console.inject(overheating, incidentId);
    run.account.tell({ kind: "incident", telemetry: overheating, answer });
  } catch (thrown) {
    const { message } = EntrainError.from(thrown);
    run.account.tell({ kind: "note", text: `the incident could not be reported: ${message}` });
  }
}

/** What the console knows, judged; before any agent is stopped. */
export async function lastLook(
  run: Run,
  console: ConsoleClient,
): Promise<{ readonly swarm: SwarmView | undefined; readonly verdict: Verdict }> {
  const { interruption, roll } = run;
  const deadline = performance.now() + (interruption.signal.aborted ? lastLookMs.interrupted : lastLookMs.atTheEnd);
  let seen: readonly [SwarmView, readonly AgentView[]] | undefined;
  while (seen === undefined && performance.now() < deadline && !interruption.haste.aborted) {
    const looked = Promise.all([console.swarm(), console.agents()]).catch(() => undefined);
    const late = delay(deadline - performance.now(), undefined, { ref: false });
    seen = await Promise.race([looked, late]);
    if (seen === undefined) await delay(50);
  }
  const swarm = seen?.[0];
  const endedFromOutside = roll.endedFromOutside();
  const verdict = judge({ swarm, agents: seen?.[1] ?? [], startedIds: roll.startedIds, endedFromOutside });
  return { swarm, verdict };
}
