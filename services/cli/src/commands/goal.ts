/** `entrain goal`: what a running swarm pursues, or something else for it to pursue, through its console. */
import { EntrainError, formatDuration, parseDurationMs } from "@entrain/kernel";
import { namedGoals } from "@entrain/core/rhythm";
import { formatCoherence, formatPpm, formatSpread } from "../account/figures.ts";
import { table } from "../account/table.ts";
import type { GoalShape, GoalView, RhythmView } from "../console/console-views.ts";
import { exitCodes } from "../exit-code.ts";
import { goalFlags, namingFlags } from "../flag-names.ts";
import { readFlags, type FlagValues } from "../flags.ts";
import { readNumber } from "../numbers.ts";
import type { Command } from "./command.ts";
import { consoleAt } from "./console-flags.ts";

const flagTable = {
  period: "text",
  groups: "text",
  coherence: "text",
  untrusted: "switch",
  strategies: "text",
  url: "text",
  json: "switch",
} as const;
type Flags = FlagValues<typeof flagTable>;

/** What is used where a swarm has no goal yet, ms. */
const usualPeriodMs = 1_000;

export const goal: Command = async (argv, world) => {
  const { stdout } = world;
  const flags = readFlags("entrain goal", flagTable, argv, 1);
  const console = consoleAt(flags.text("url"), world);
  const asked = readGoal(flags);
  if (asked === undefined) {
    const rhythm = await console.rhythm();
    stdout.write(flags.given("json") ? `${JSON.stringify({ kind: "rhythm", ...rhythm })}\n` : rhythmText(rhythm));
    return exitCodes.done;
  }
  const periodMs = asked.periodMs ?? (await periodFor(asked.kind, () => console.rhythm()));
  const wanted = { ...asked, ...(periodMs === undefined ? {} : { periodMs }) };
  const record = await console.setGoal(wanted).catch((thrown: unknown) => {
    throw namingFlags(thrown, { ...goalFlags, kind: "GOAL" });
  });
  stdout.write(flags.given("json") ? `${JSON.stringify({ kind: "goal", goal: record })}\n` : `${goalLine(record)}\n`);
  return exitCodes.done;
};

/** What the command line asks for; undefined: nothing is to be set. */
export function readGoal(flags: Flags): GoalShape | undefined {
  const [kind] = flags.words;
  if (kind === undefined) {
    const stray = (["period", "groups", "coherence", "untrusted", "strategies"] as const).find((name) =>
      flags.given(name),
    );
    if (stray === undefined) return undefined;
    const sentence = `--${stray} is given without a goal: write entrain goal GOAL --${stray} …`;
    throw new EntrainError("invalid-argument", sentence, { field: `--${stray}` });
  }
  const [period, groups, coherence] = [flags.text("period"), flags.text("groups"), flags.text("coherence")];
  const strategies = flags.text("strategies")?.split(",");
  return {
    kind,
    ...(period === undefined ? {} : { periodMs: parseDurationMs("--period", period) }),
    ...(groups === undefined ? {} : { groups: readNumber("--groups", groups) }),
    ...(coherence === undefined ? {} : { coherence: readNumber("--coherence", coherence) }),
    ...(flags.given("untrusted") ? { trust: "untrusted" } : {}),
    ...(strategies === undefined ? {} : { strategies }),
  };
}

/** A named goal brings its own period; another one keeps the present one. */
async function periodFor(kind: string, read: () => Promise<RhythmView>): Promise<number | undefined> {
  return Object.hasOwn(namedGoals, kind) ? undefined : ((await read()).goal?.periodMs ?? usualPeriodMs);
}

/** The goal in one line: `cluster of 3, 200ms, from beat 42 on (goal 4)`. */
export function goalLine({ kind, groups, coherence, periodMs, trust, strategies, ...record }: GoalView): string {
  const shape =
    groups === undefined ? (coherence === undefined ? kind : `${kind} ${coherence}`) : `${kind} of ${groups}`;
  const words = [shape, formatDuration(periodMs)];
  if (trust === "untrusted") words.push("untrusted");
  if (strategies !== undefined) words.push(`by ${strategies.join(", ")}`);
  return `${words.join(", ")}, from beat ${record.effectiveBeat} on (goal ${record.goalVersion})`;
}

/** The goal and how it is held. */
export function rhythmText(rhythm: RhythmView): string {
  const { goal: present, strategy, convergedAfterMs, maxGapRatio } = rhythm;
  const since = convergedAfterMs === null ? "" : `, ${Math.round(convergedAfterMs)} ms after the goal took effect`;
  const facts: (readonly [string, string])[] = [
    ["goal", present === null ? "none yet" : goalLine(present)],
    ["held", rhythm.converged === true ? `yes${since}` : "not yet"],
    ["strategy", strategy ?? "-"],
    ["coherence", formatCoherence(rhythm.coherence)],
    ["max-gap ratio", maxGapRatio === null ? "-" : maxGapRatio.toFixed(2)],
    ["spread", formatSpread(rhythm)],
    ["cadence error", formatPpm(rhythm.cadenceErrorPpm)],
  ];
  return `${table(facts).join("\n")}\n`;
}
