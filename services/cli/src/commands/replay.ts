/**
 * `entrain replay FILE`: gives recorded telemetry to every agent of a running swarm, one reading after the other at its
 * recorded pace, and tells what the swarm decided.
 */
import { EntrainError } from "@entrain/kernel";
import { createSystemClock, systemTimers } from "@entrain/runtime";
import { replayTelemetryFile } from "@entrain/telemetry";
import { table } from "../account/table.ts";
import type { InjectionView } from "../console/console-views.ts";
import { exitCodes } from "../exit-code.ts";
import { readFlags } from "../flags.ts";
import { readReplaySpeed } from "../replay-speed.ts";
import type { Command } from "./command.ts";
import { consoleAt } from "./console-flags.ts";

const flagTable = { url: "text", speed: "text", json: "switch" } as const;

export const replay: Command = async (argv, world) => {
  const { stdout, stderr } = world;
  const flags = readFlags("entrain replay", flagTable, argv, 1);
  const [file] = flags.words;
  if (file === undefined)
    throw new EntrainError("invalid-argument", "entrain replay needs a file: entrain replay FILE [--speed X]");
  const console = consoleAt(flags.text("url"), world);
  const tally = createTally();
  const lines = replayTelemetryFile(file, {
    clock: createSystemClock(),
    timers: systemTimers,
    speed: readReplaySpeed("--speed", flags.text("speed") ?? "1"),
    onMalformed: ({ message }) => stderr.write(`entrain: ${file}: ${message}: passed over\n`),
    field: "FILE",
  });
  for await (const { line, reading } of lines) {
    const answer = await console.inject(reading);
    tally.add(answer);
    if (flags.given("json")) stdout.write(`${JSON.stringify({ kind: "replayed", line, reading, ...answer })}\n`);
  }
  if (!flags.given("json")) stdout.write(`${tally.lines().join("\n")}\n`);
  return tally.divergence() === 0 ? exitCodes.done : exitCodes.failed;
};

/** Counts what the swarm decided. */
export interface ReplayTally {
  add(answer: InjectionView): void;
  /** Readings on which agents acted differently. */
  divergence(): number;
  /** What to tell a person. */
  lines(): readonly string[];
}

/** A tally of nothing yet. */
export function createTally(): ReplayTally {
  const actions = new Map<string, number>();
  let readings = 0;
  let divergent = 0;
  let late = 0;
  return {
    add({ decisions, divergence, missing }) {
      readings += 1;
      if (divergence !== 0) divergent += 1;
      if (missing.length > 0) late += 1;
      for (const action of new Set(decisions.map((decision) => decision.action)))
        actions.set(action, (actions.get(action) ?? 0) + 1);
    },
    divergence: () => divergent,
    lines: () => [
      `${readings} readings, ${divergent} of them with divergent acts, ${late} without an answer from everybody`,
      ...table([...actions].sort(([, a], [, b]) => b - a).map(([action, times]) => [`  ${action}`, String(times)])),
    ],
  };
}
