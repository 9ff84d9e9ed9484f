/**
 * The command line of `entrain up`: public flags in, total options out. A goal that this release does not pursue is
 * refused here, by the same rule of core that refuses it over HTTP.
 */
import { accessSync, constants } from "node:fs";
import { resolve } from "node:path";
import {
  checkGoal,
  goalByName,
  namedGoals,
  type GoalKind,
  type GoalRequest,
  type NamedGoalName,
} from "@entrain/core/rhythm";
import { EntrainError, formatDuration, parseDurationMs } from "@entrain/kernel";
import { readFlags } from "../flags.ts";
import { readAgents, readWholeNumber } from "../numbers.ts";
import { readReplaySpeed } from "../replay-speed.ts";

/** What `entrain up` is to do. */
export interface UpOptions {
  readonly agents: number;
  readonly periodMs: number;
  readonly goal: GoalKind | NamedGoalName;
  /** 0: any free port. */
  readonly port: number;
  /** How long to run from readiness on, ms; undefined: until Ctrl-C. */
  readonly forMs: number | undefined;
  readonly json: boolean;
  /** Start killed agents again. */
  readonly restart: boolean;
  /** Recorded telemetry to feed the agents with; speed 1 as recorded, 0 without waiting. */
  readonly replay: { readonly file: string; readonly speed: number } | undefined;
}

const flagTable = {
  agents: "text",
  period: "text",
  goal: "text",
  port: "text",
  for: "text",
  json: "switch",
  restart: "switch",
  replay: "text",
  "replay-speed": "text",
} as const;

const agentsMax = 2_000;

/** What holds where a flag is left out: the environment's word, or Entrain's own default. */
export interface UpDefaults {
  readonly periodMs: number;
  readonly goal: GoalKind | NamedGoalName;
  readonly port: number;
}

/** @throws EntrainError `invalid-argument` that names the flag, its value and the remedy. */
export function readUpOptions(argv: readonly string[], defaults: UpDefaults): UpOptions {
  const flags = readFlags("entrain up", flagTable, argv);
  const goal = flags.text("goal") ?? defaults.goal;
  // A named goal brings its own period where it is named here; one of the environment comes with the environment's.
  const ownPeriodMs = isNamed(flags.text("goal")) ? goalByName(goal).periodMs : defaults.periodMs;
  const periodText = flags.text("period") ?? formatDuration(ownPeriodMs);
  const periodMs = parseDurationMs("--period", periodText);
  const agents = readAgents(flags.text("agents") ?? "5", agentsMax);
  refuseImpossibleGoal({ goal, periodMs, agents }, periodText);
  const forText = flags.text("for");
  const portText = flags.text("port") ?? String(defaults.port);
  return {
    agents,
    periodMs,
    goal: goal as UpOptions["goal"],
    port: readWholeNumber("--port", portText, 0, 65_535),
    forMs: forText === undefined ? undefined : readForMs(forText),
    json: flags.given("json"),
    restart: flags.given("restart"),
    replay: readReplay(flags.text("replay"), flags.text("replay-speed")),
  };
}

/** Core's rule in the words of the command line, which is told with its nearest possible flags. */
function refuseImpossibleGoal(asked: Pick<UpOptions, "agents" | "periodMs"> & { goal: string }, periodText: string) {
  const { goal, periodMs, agents } = asked;
  try {
    const wanted = isNamed(goal) ? goalByName(goal, periodMs) : { kind: goal, periodMs };
    checkGoal(wanted, { agents, namedGoals: Object.keys(namedGoals) });
  } catch (thrown) {
    const { field, remedy, message, nearest } = EntrainError.from(thrown);
    const sentence = `${remedy ?? message}${possible(nearest as GoalRequest | undefined, agents)}`;
    if (field === "periodMs") throw EntrainError.invalid("--period", periodText, sentence, { nearest });
    throw EntrainError.invalid("--goal", goal, sentence, { nearest });
  }
}

const isNamed = (goal: string | undefined): boolean => goal !== undefined && Object.hasOwn(namedGoals, goal);

/** The flags of the nearest goal that can be pursued. */
function possible(nearest: GoalRequest | undefined, agents: number): string {
  if (nearest === undefined) return "";
  const flags = `--agents ${agents} --goal ${nearest.kind} --period ${formatDuration(nearest.periodMs)}`;
  return `; the nearest possible: npm start -- ${flags}`;
}

function readForMs(text: string): number {
  const forMs = parseDurationMs("--for", text);
  if (forMs > 0) return forMs;
  throw EntrainError.invalid("--for", text, "give a duration above zero such as 20s, or leave it out to run on");
}

function readReplay(file: string | undefined, speedText: string | undefined): UpOptions["replay"] {
  if (file === undefined) {
    if (speedText === undefined) return undefined;
    throw EntrainError.invalid("--replay-speed", speedText, "it goes with --replay FILE; give both or neither");
  }
  try {
    accessSync(file, constants.R_OK);
  } catch {
    throw EntrainError.invalid("--replay", file, "name a readable file of recorded telemetry");
  }
  const speed = readReplaySpeed("--replay-speed", speedText ?? "1");
  return { file: resolve(file), speed };
}
