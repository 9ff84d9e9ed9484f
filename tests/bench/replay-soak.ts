/** The soaks of replays: a made recording, and one of this host. Each is replayed twice, and the replays are compared. */
import { existsSync, mkdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { recordTelemetry } from "./record-telemetry.ts";
import { differencesOf, replayOnce } from "./replay-run.ts";
import type { SoakSuite } from "./soak-suite.ts";
import { telemetryCsv, type TelemetryWish } from "./telemetry-generator.ts";

const rows = 100_000;
const speed = 100;
const agents = 5;
/** Kept from soak to soak: recording it takes half an hour. */
const hostFile = path.join(import.meta.dirname, "..", "..", ".entrain", "soak", "host-telemetry.csv");
const hostEveryMs = 15;

/** At 100 times the speed a slot takes 10 s, and a fault under one; the cooldown lies between a fault and the pause after it. */
const fleet: Omit<TelemetryWish, "seed"> = {
  ...{ rows, subjects: 25, everyMs: 2_000 },
  ...{ dayMs: 2 * 3_600_000, slotMs: 1_000_000 },
};
const fleetCooldownMs = 4_000;
/** Nobody knows when this host was sick: each of its states is one incident for as long as a recording may take. */
const hostCooldownMs = 86_400_000;

async function replayTwice(file: string, cooldownMs: number) {
  const replay = { file, speed, cooldownMs, agents };
  const replays = [await replayOnce(replay), await replayOnce(replay)];
  const [first] = replays[0]!.deeds;
  const counts = {
    rows: rows * agents * replays.length,
    "incidents with their action, of one agent": first?.length ?? 0,
    acts: replays.reduce((sum, each) => sum + each.acts, 0),
    safeAlone: replays.reduce((sum, each) => sum + each.safeAlone, 0),
    seconds: Math.round(replays.reduce((sum, each) => sum + each.tookMs, 0) / 1_000),
  };
  const differences = differencesOf(replays);
  if ((first?.length ?? 0) === 0) return { counts, violations: ["nothing was decided: the recording is no test"] };
  return { counts, violations: differences.slice(0, 20) };
}

/** Both. */
export const replaySuites: readonly SoakSuite[] = [
  {
    name: "replay-fleet",
    about:
      `Five agents, a process each, replay ${rows.toLocaleString("en")} rows of a made fleet (tests/bench/telemetry-generator.ts: seasons, ` +
      `drift, noise, faults) at ${speed} times its speed, twice, each time over a Redis of its own. Kind, subject, band, ordinal and action ` +
      "of everything that they did must be equal between agents and between runs.",
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
      `The same with ${rows.toLocaleString("en")} rows that were sampled from this host, ${hostEveryMs} ms apart, under whatever else it had to ` +
      "do; each state of the host is one incident for the length of a replay.",
    runs: 1,
    async run() {
      mkdirSync(path.dirname(hostFile), { recursive: true });
      if (!existsSync(hostFile)) await recordTelemetry(hostFile, rows, hostEveryMs);
      return replayTwice(hostFile, hostCooldownMs);
    },
  },
];
