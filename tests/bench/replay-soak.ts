/** The soaks of replays: a made recording, and one of this host. Each is replayed twice, and the replays are compared. */
import { existsSync, mkdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Rule } from "@entrain/core/decision";
import { recordTelemetry, type RecordingWish } from "./record-telemetry.ts";
import { differencesOf, incidentsIn, replayOnce } from "./replay-run.ts";
import type { SoakSuite } from "./soak-suite.ts";
import { telemetryCsv, type TelemetryWish } from "./telemetry-generator.ts";

const rows = 100_000;
const speed = 100;
const agents = 5;
/** With fewer a recording shows nothing. */
const incidentsMin = 24;
/** Kept from soak to soak: remove it to have another one recorded. */
const hostFile = path.join(import.meta.dirname, "..", "..", ".entrain", "soak", "host-telemetry.csv");
const recording: RecordingWish = { rows, processes: 16, everyMs: 10, turnMs: 4_000 };

/** At 100 times the speed a slot takes 10 s, and a fault under one; the cooldown lies between a fault and the pause after it. */
const fleet: Omit<TelemetryWish, "seed"> = {
  ...{ rows, subjects: 25, everyMs: 2_000 },
  ...{ dayMs: 2 * 3_600_000, slotMs: 1_000_000 },
};
const fleetCooldownMs = 4_000;
/**
 * A recording of minutes is over in seconds at this speed, faster than agents that share a machine keep step: no cooldown lies
 * between an agent that is late and a state that is new. So each state of a subject is one incident for as long as a
 * recording may take, and ordinals that grow are the made fleet's matter.
 */
const hostCooldownMs = 86_400_000;

/** What is expected of a process that does too much of something; the host itself is judged by the rules that ship. */
const processRules: readonly Rule[] = [
  ...processBands("busy", "processCpu", { warning: 0.12, critical: 0.4, margin: 0.03 }, "throttle", "shed_load"),
  ...processBands("large", "residentMb", { warning: 150, critical: 230, margin: 20 }, "free_memory", "shed_load"),
  ...processBands("writing", "writtenMbPerS", { warning: 4, critical: 12, margin: 2 }, "slow_intake", "free_disk"),
];

function processBands(
  kind: string,
  name: string,
  limits: { readonly warning: number; readonly critical: number; readonly margin: number },
  ...[warning, critical]: readonly [warning: string, critical: string]
): readonly Rule[] {
  const over = (limit: number): string => `has(t.${name}) && t.${name} >= double(${limit})`;
  return (["critical", "warning"] as const).map((band) => ({
    ...{ id: `${kind}-${band}`, when: over(limits[band]), holdsWhile: over(limits[band] - limits.margin) },
    ...{ kind, band, type: "RESOURCE_OPTIMIZATION", action: band === "critical" ? critical : warning, confidence: 0.8 },
    reasoning: `${name} at or over ${limits[band]} (${band})`,
  }));
}

async function replayTwice(file: string, cooldownMs: number, rules: readonly Rule[] = []) {
  const replay = { file, speed, cooldownMs, agents, rules };
  const replays = [await replayOnce(replay), await replayOnce(replay)];
  const first = replays[0]!.deeds[0] ?? {};
  const incidents = incidentsIn(first);
  const counts = {
    rows: rows * agents * replays.length,
    "subjects with incidents": Object.keys(first).length,
    "incidents with their action, of one agent": incidents,
    "acts of one agent, in order": Object.values(first).flat().length,
    acts: replays.reduce((sum, each) => sum + each.acts, 0),
    safeAlone: replays.reduce((sum, each) => sum + each.safeAlone, 0),
    seconds: Math.round(replays.reduce((sum, each) => sum + each.tookMs, 0) / 1_000),
  };
  const differences = differencesOf(replays);
  if (incidents < incidentsMin) return { counts, violations: [`${incidents} incidents: the recording is no test`] };
  return { counts, violations: differences.slice(0, 20) };
}

/** Both. */
export const replaySuites: readonly SoakSuite[] = [
  {
    name: "replay-fleet",
    about:
      `Five agents, a process each, replay ${rows.toLocaleString("en")} rows of a made fleet (tests/bench/telemetry-generator.ts: seasons, ` +
      `drift, noise, faults) at ${speed} times its speed, twice, each time over a Redis of its own. Kind, subject, band, ordinal and action ` +
      "of everything that they did, in its order for each subject, must be equal between agents and between runs.",
    runs: 1,
    async run(seed) {
      const folder = await mkdtemp(path.join(tmpdir(), "entrain-replay-"));
      try {
        const file = path.join(folder, "fleet.csv");
        await writeFile(file, telemetryCsv({ ...fleet, seed: `fleet-${seed}` }));
        return await replayTwice(file, fleetCooldownMs);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  },
  {
    name: "replay-host",
    about:
      `The same with ${rows.toLocaleString("en")} rows that were sampled from this host, under a load that varies: ${recording.processes} processes ` +
      `compute, hold memory, block their event loop and write files by turns (tests/bench/load-worker.ts), and say how they fare every ` +
      `${recording.everyMs} ms at most; the host's own samples are among them. Each state of a subject is one incident for the length of a replay.`,
    runs: 1,
    async run() {
      mkdirSync(path.dirname(hostFile), { recursive: true });
      if (!existsSync(hostFile)) await recordTelemetry(hostFile, recording);
      return replayTwice(hostFile, hostCooldownMs, processRules);
    },
  },
];
