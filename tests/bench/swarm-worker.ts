/**
 * A process of agents of the library that beat together, or a bare one that beats by a timer on the clock that all processes of
 * the host share: what the host itself allows. First a line `{readyNs}` on stdout; a line on standard input begins the window
 * in which the process's costs are counted; when standard input ends, it writes its account and ends.
 */
import { readFileSync } from "node:fs";
import type * as Library from "entrain";
import { BeatTally, type BeatShare } from "./beat-tally.ts";

/** What a worker is told, as its only argument. */
export interface SwarmWorkerTask {
  /** Where to import the library from (installed-library.ts). */
  readonly library?: string;
  /** Undefined for bare processes. */
  readonly store: { readonly redis: string; readonly swarm: string } | undefined;
  readonly goal: "sync" | "spread";
  readonly agentIds: readonly string[];
  readonly periodMs: number;
  /** Instant of `process.hrtime` from which all instants count, ns. */
  readonly originNs: string;
}

/** An agent fired a beat. */
export interface Firing {
  readonly agentId: string;
  readonly beat: number;
  readonly atNs: number;
  readonly latenessMs: number;
  /** Beats that it said it skipped just before. */
  readonly skipped: number;
}

/** What it answers at its end. */
export interface SwarmWorkerAccount {
  readonly shares: readonly BeatShare[];
  /** Of a spread: each firing. */
  readonly firings: readonly Firing[];
  readonly windowMs: number;
  readonly cpuMs: number;
  readonly rssBytes: number;
  /** Written to files and sockets. */
  readonly writtenBytes: number;
}

const {
  library = "entrain",
  store,
  goal,
  agentIds,
  periodMs,
  originNs,
} = JSON.parse(process.argv[2] ?? "{}") as SwarmWorkerTask;
const origin = BigInt(originNs);
const tally = new BeatTally(origin, periodMs);
const firings: Firing[] = [];

async function startAgents({ redis, swarm }: { redis: string; swarm: string }): Promise<void> {
  const { createAgentHost } = (await import(library)) as typeof Library;
  const host = createAgentHost({ swarm, redis, rhythm: { goal, periodMs } }, agentIds, {
    onBeat: ({ agentId, beat, skipped, latenessMs }) => {
      tally.fired(beat);
      if (goal === "spread")
        firings.push({ agentId, beat, skipped, latenessMs, atNs: Number(process.hrtime.bigint() - origin) });
    },
  });
  await host.start(60_000);
}

/** Beats at every whole period of the shared clock, one timer armed again until its instant has come. */
function startBare(): void {
  const periodNs = periodMs * 1e6;
  let beat = Math.ceil(Number(process.hrtime.bigint() - origin) / periodNs);
  const arm = (): void => {
    const leftMs = (beat * periodNs - Number(process.hrtime.bigint() - origin)) / 1e6;
    if (leftMs > 0) {
      setTimeout(arm, Math.floor(leftMs));
      return;
    }
    for (const _ of agentIds) tally.fired(beat);
    beat += 1;
    arm();
  };
  arm();
}

function writtenBytes(): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1] ?? Number.NaN);
}

const before = { cpu: process.cpuUsage(), atMs: performance.now(), written: writtenBytes() };
if (store === undefined) startBare();
else await startAgents(store);
process.stdout.write(`${JSON.stringify({ readyNs: Number(process.hrtime.bigint() - origin) })}\n`);
process.stdin.on("data", () => {
  Object.assign(before, { cpu: process.cpuUsage(), atMs: performance.now(), written: writtenBytes() });
});
process.stdin.on("end", () => {
  const { user, system } = process.cpuUsage(before.cpu);
  const account: SwarmWorkerAccount = {
    shares: tally.shares(),
    firings,
    windowMs: performance.now() - before.atMs,
    cpuMs: (user + system) / 1_000,
    rssBytes: process.memoryUsage.rss(),
    writtenBytes: writtenBytes() - before.written,
  };
  // The whole swarm ends with its store: nobody is left to be told.
  process.stdout.write(`${JSON.stringify(account)}\n`, () => {
    process.exit(0);
  });
});
