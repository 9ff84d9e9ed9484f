/** `entrain sim`: a whole swarm in virtual time, its account as a table and its plots as files. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EntrainError } from "@entrain/kernel";
import {
  cadencePpmFrom,
  coherencePlot,
  gapHistogramPlot,
  heldSinceMs,
  peakLoadOf,
  phaseCirclePlot,
  simulate,
  spreadMsFrom,
  type SimulationSpec,
  type SwarmRecord,
} from "@entrain/simulator";
import { exitCodes } from "../exit-code.ts";
import { createRasterizer } from "../sim/rasterize.ts";
import { readSimOptions } from "../sim/sim-options.ts";
import { makeFolder } from "../whole-files.ts";
import type { Command } from "./command.ts";

export const sim: Command = async (argv, { stdout }) => {
  const { spec, out, json } = readSimOptions(argv);
  if (out !== undefined) await usingFolder(out, () => makeFolder(out));
  const record = simulate(spec);
  const figures = simFigures(spec, record);
  if (json) stdout.write(`${JSON.stringify({ kind: "simulation", ...figures })}\n`);
  else stdout.write(simLines(figures).join("\n") + "\n");
  if (out !== undefined) {
    const plots = await plotsOf(spec, record);
    await usingFolder(out, async () => {
      for (const [name, plot] of plots) await writeFile(join(out, name), plot);
    });
  }
  return figures.held ? exitCodes.done : exitCodes.failed;
};

/** The figures of a run; null where the run shows none. */
export function simFigures(spec: SimulationSpec, record: SwarmRecord) {
  const { periodMs, kind } = spec.goal;
  const heldMs = heldSinceMs(record);
  const fromMs = heldMs ?? 0;
  const last = record.samples.at(-1);
  return {
    seed: spec.seed,
    agents: spec.agents,
    goal: kind,
    periodMs,
    profile: spec.profile,
    held: heldMs !== undefined,
    foundedMs: record.foundedMs ?? null,
    heldSinceMs: heldMs ?? null,
    coherence: last?.coherence ?? null,
    maxGapRatio: last?.maxGapRatio ?? null,
    peakLoad: peakLoadOf(record.lastFirings, periodMs, last?.agents ?? 0) ?? null,
    spreadP50Ms: spreadMsFrom(record, fromMs, 0.5) ?? null,
    spreadP99Ms: spreadMsFrom(record, fromMs, 0.99) ?? null,
    cadenceErrorPpm: cadencePpmFrom(record, periodMs, fromMs) ?? null,
    ...record.faults,
    switches: record.switches.length,
    framesSent: record.frames.sent,
    framesLost: record.frames.lost,
    events: record.events,
  };
}

/** The table, one figure a line. */
export function simLines(figures: ReturnType<typeof simFigures>): readonly string[] {
  const entries = Object.entries(figures);
  const width = Math.max(...entries.map(([name]) => name.length));
  const shown = (value: string | number | boolean | null): string =>
    typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value ?? "-");
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${shown(value)}`);
}

/** @throws EntrainError `invalid-argument` where the folder cannot be used as it is */
async function usingFolder(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const { message } = EntrainError.from(thrown);
    throw EntrainError.invalid("--out", folder, `it cannot be used (${message}): choose one that you may write to`);
  }
}

/** The files by their names. */
async function plotsOf(spec: SimulationSpec, record: SwarmRecord): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const title = `${spec.agents} agents, ${spec.goal.kind}, T = ${spec.goal.periodMs} ms, ${spec.profile}`;
  const plots = {
    coherence: coherencePlot(record.samples, title),
    phases: phaseCirclePlot(record.finalPhases, title),
    gaps: gapHistogramPlot(record.finalPhases, title),
  };
  const rasterize = await createRasterizer();
  const files = new Map<string, string | Uint8Array>();
  for (const [name, plot] of Object.entries(plots)) {
    files.set(`${name}.svg`, plot);
    files.set(`${name}.png`, rasterize(plot));
  }
  return files;
}
