/** The command line of `entrain sim`: flags in, a whole simulation out; core and simulator judge what is possible. */
import { EntrainError, parseDurationMs } from "@entrain/kernel";
import { goalByName, namedGoals, strategyBookWith, type GoalKind, type GoalRequest } from "@entrain/core/rhythm";
import { checkSpec, type AttackName, type ProfileName, type SimulationSpec } from "@entrain/simulator";
import { readFlags } from "../flags.ts";
import { readNumber, readWholeNumber } from "../numbers.ts";

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

/** @throws EntrainError `invalid-argument` that names the flag or field, its value and the remedy. */
export function readSimOptions(argv: readonly string[]): SimOptions {
  const flags = readFlags("entrain sim", flagTable, argv);
  const book = strategyBookWith();
  const seed = flags.text("seed");
  const spec = checkSpec({
    agents: readWholeNumber("--agents", flags.text("agents") ?? "50", 1, agentsMax),
    goal: readGoal(flags),
    durationMs: parseDurationMs("--for", flags.text("for") ?? "10s"),
    profile: (flags.text("profile") ?? "dc") as ProfileName,
    loss: readNumber("--loss", flags.text("loss") ?? "0.01"),
    driftPpm: readNumber("--drift", flags.text("drift") ?? "100"),
    changes: [...readCrash(flags.text("crash")), ...readJoin(flags.text("join"))],
    partitions: readPartition(flags.text("partition")),
    liars: readLiars(flags.text("liars")),
    book,
    ...(seed === undefined ? {} : { seed }),
  });
  return { spec, out: flags.text("out"), json: flags.given("json") };
}

function readGoal(flags: Flags): GoalRequest {
  const name = flags.text("goal") ?? "sync";
  const period = flags.text("period");
  const groups = flags.text("groups");
  const coherence = flags.text("coherence");
  const periodMs = period === undefined ? undefined : parseDurationMs("--period", period);
  const base: GoalRequest = Object.hasOwn(namedGoals, name)
    ? goalByName(name, periodMs)
    : { kind: name as GoalKind, periodMs: periodMs ?? 200 };
  return {
    ...base,
    ...(groups === undefined ? {} : { groups: readNumber("--groups", groups) }),
    ...(coherence === undefined ? {} : { coherence: readNumber("--coherence", coherence) }),
    ...(flags.given("untrusted") ? { trust: "untrusted" as const } : {}),
    ...(flags.text("strategies") === undefined ? {} : { strategies: flags.text("strategies")?.split(",") ?? [] }),
  };
}

function readCrash(text: string | undefined): SimulationSpec["changes"] {
  if (text === undefined) return [];
  const { what, atMs } = atInstant("--crash", text, "0.3@6s");
  const crash = readNumber("--crash", what);
  if (crash > 0 && crash < 1) return [{ atMs, crash }];
  throw EntrainError.invalid("--crash", text, "give a share above 0 and below 1, such as 0.3@6s");
}

function readJoin(text: string | undefined): SimulationSpec["changes"] {
  if (text === undefined) return [];
  const { what, atMs } = atInstant("--join", text, "5@4s");
  return [{ atMs, join: readWholeNumber("--join", what, 1, agentsMax) }];
}

function readPartition(text: string | undefined): SimulationSpec["partitions"] {
  if (text === undefined) return [];
  const [from, to, ...more] = text.split("-");
  if (from === undefined || to === undefined || more.length > 0)
    throw EntrainError.invalid("--partition", text, "write FROM-TO such as 4s-8s");
  return [{ fromMs: parseDurationMs("--partition", from), toMs: parseDurationMs("--partition", to), share: 0.5 }];
}

function readLiars(text: string | undefined): SimulationSpec["liars"] {
  if (text === undefined) return undefined;
  const [share, attack] = text.split(":");
  if (share === undefined || attack === undefined)
    throw EntrainError.invalid("--liars", text, "write SHARE:ATTACK such as 0.2:split");
  return { share: readNumber("--liars", share), attack: attack as AttackName };
}

function atInstant(flag: string, text: string, example: string): { what: string; atMs: number } {
  const [what, when, ...more] = text.split("@");
  if (what === undefined || when === undefined || more.length > 0)
    throw EntrainError.invalid(flag, text, `write it as ${example}`);
  return { what, atMs: parseDurationMs(flag, when) };
}
