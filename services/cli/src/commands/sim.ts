/** `entrain sim`: a whole swarm in virtual time, its account as a table and its plots as files. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
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
import type { Command } from "./command.ts";

export const sim: Command = async (argv, { stdout }) => {
  const { spec, out, json } = readSimOptions(argv);
  const record = simulate(spec);
  const figures = simFigures(spec, record);
  if (json) stdout.write(`${JSON.stringify({ kind: "simulation", ...figures })}\n`);
  else stdout.write(simLines(figures).join("\n") + "\n");
  if (out !== undefined) await writePlots(out, spec, record);
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

async function writePlots(folder: string, spec: SimulationSpec, record: SwarmRecord): Promise<void> {
  const title = `${spec.agents} agents, ${spec.goal.kind}, T = ${spec.goal.periodMs} ms, ${spec.profile}`;
  await mkdir(folder, { recursive: true });
  const plots = {
    coherence: coherencePlot(record.samples, title),
    phases: phaseCirclePlot(record.finalPhases, title),
    gaps: gapHistogramPlot(record.finalPhases, title),
  };
  const rasterize = await createRasterizer();
  for (const [name, plot] of Object.entries(plots)) {
    await writeFile(join(folder, `${name}.svg`), plot);
    await writeFile(join(folder, `${name}.png`), rasterize(plot));
  }
}
