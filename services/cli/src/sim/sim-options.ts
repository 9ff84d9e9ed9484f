/** The command line of `entrain sim`: flags in, a whole simulation out; core and simulator judge what is possible. */
import { EntrainError, formatDuration, parseDurationMs } from "@entrain/kernel";
import { checkGoal, goalByName, namedGoals, strategyBookWith, type GoalRequest } from "@entrain/core/rhythm";
import { checkSpec, type AttackName, type ProfileName, type SimulationSpec } from "@entrain/simulator";
import { goalFlags, namingFlags } from "../flag-names.ts";
import { readFlags } from "../flags.ts";
import { readAgents, readNumber, readWholeNumber } from "../numbers.ts";

const flagTable = {
  agents: "text",
  goal: "text",
  period: "text",
  groups: "text",
  coherence: "text",
  untrusted: "switch",
  strategies: "text",
  for: "text",
  profile: "text",
  loss: "text",
  drift: "text",
  crash: "text",
  join: "text",
  partition: "text",
  liars: "text",
  seed: "text",
  out: "text",
  json: "switch",
} as const;

type Flags = ReturnType<typeof readFlags<typeof flagTable>>;

const agentsMax = 5_000;

/** What `entrain sim` is to do. */
export interface SimOptions {
  readonly spec: SimulationSpec;
  /** Folder for the plots. */
  readonly out: string | undefined;
  readonly json: boolean;
}

/** The flags behind the fields of a spec. */
const specFlags = {
  ...goalFlags,
  kind: "--goal",
  durationMs: "--for",
  profile: "--profile",
  loss: "--loss",
  driftPpm: "--drift",
  attack: "--liars",
  liars: "--liars",
} as const;

/** @throws EntrainError `invalid-argument` that names the flag, its value and the remedy. */
export function readSimOptions(argv: readonly string[]): SimOptions {
  const flags = readFlags("entrain sim", flagTable, argv);
  try {
    return { spec: readSpec(flags), out: flags.text("out"), json: flags.given("json") };
  } catch (thrown) {
    throw namingFlags(thrown, specFlags);
  }
}

function readSpec(flags: Flags): SimulationSpec {
  const book = strategyBookWith();
  const seed = flags.text("seed");
  const durationMs = parseDurationMs("--for", flags.text("for") ?? "10s");
  return checkSpec({
    agents: readAgents(flags.text("agents") ?? "50", agentsMax),
    goal: readGoal(flags),
    durationMs,
    profile: (flags.text("profile") ?? "dc") as ProfileName,
    loss: readNumber("--loss", flags.text("loss") ?? "0.01"),
    driftPpm: readNumber("--drift", flags.text("drift") ?? "100"),
    changes: [...readCrash(flags.text("crash"), durationMs), ...readJoin(flags.text("join"), durationMs)],
    partitions: readPartition(flags.text("partition"), durationMs),
    liars: readLiars(flags.text("liars")),
    book,
    ...(seed === undefined ? {} : { seed }),
  });
}

function readGoal(flags: Flags): GoalRequest {
  const name = flags.text("goal") ?? "sync";
  const period = flags.text("period");
  const groups = flags.text("groups");
  const coherence = flags.text("coherence");
  const periodMs = period === undefined ? undefined : parseDurationMs("--period", period);
  return {
    ...(Object.hasOwn(namedGoals, name) ? goalByName(name, periodMs) : kindByName(name, periodMs ?? 200)),
    ...(groups === undefined ? {} : { groups: readNumber("--groups", groups) }),
    ...(coherence === undefined ? {} : { coherence: readNumber("--coherence", coherence) }),
    ...(flags.given("untrusted") ? { trust: "untrusted" as const } : {}),
    ...(flags.text("strategies") === undefined ? {} : { strategies: flags.text("strategies")?.split(",") ?? [] }),
  };
}

/** A kind of goal; its shape is judged with the rest of the spec. */
function kindByName(name: string, periodMs: number): GoalRequest {
  const { kind } = checkGoal({ kind: name, periodMs }, { namedGoals: Object.keys(namedGoals) });
  return { kind, periodMs };
}

function readCrash(text: string | undefined, durationMs: number): SimulationSpec["changes"] {
  if (text === undefined) return [];
  const { what, atMs } = atInstant("--crash", text, "0.3@6s", durationMs);
  const crash = readNumber("--crash", what);
  if (crash > 0 && crash < 1) return [{ atMs, crash }];
  throw EntrainError.invalid("--crash", text, "give a share above 0 and below 1, such as 0.3@6s");
}

function readJoin(text: string | undefined, durationMs: number): SimulationSpec["changes"] {
  if (text === undefined) return [];
  const { what, atMs } = atInstant("--join", text, "5@4s", durationMs);
  return [{ atMs, join: readWholeNumber("--join", what, 1, agentsMax) }];
}

function readPartition(text: string | undefined, durationMs: number): SimulationSpec["partitions"] {
  if (text === undefined) return [];
  const [from, to, ...more] = text.split("-");
  if (from === undefined || to === undefined || more.length > 0)
    throw EntrainError.invalid("--partition", text, "write FROM-TO such as 4s-8s");
  const [fromMs, toMs] = [parseDurationMs("--partition", from), parseDurationMs("--partition", to)];
  if (fromMs < toMs && toMs <= durationMs) return [{ fromMs, toMs, share: 0.5 }];
  const end = formatDuration(durationMs);
  throw EntrainError.invalid(
    "--partition",
    text,
    `let it begin before it ends, and end by ${end} (--for) at the latest`,
  );
}

function readLiars(text: string | undefined): SimulationSpec["liars"] {
  if (text === undefined) return undefined;
  const [share, attack] = text.split(":");
  if (share === undefined || attack === undefined)
    throw EntrainError.invalid("--liars", text, "write SHARE:ATTACK such as 0.2:split");
  return { share: readNumber("--liars", share), attack: attack as AttackName };
}

function atInstant(
  flag: string,
  text: string,
  example: string,
  durationMs: number,
): { readonly what: string; readonly atMs: number } {
  const [what, when, ...more] = text.split("@");
  if (what === undefined || when === undefined || more.length > 0)
    throw EntrainError.invalid(flag, text, `write it as ${example}`);
  const atMs = parseDurationMs(flag, when);
  if (atMs < durationMs) return { what, atMs };
  throw EntrainError.invalid(flag, text, `choose an instant before ${formatDuration(durationMs)}, the end (--for)`);
}
