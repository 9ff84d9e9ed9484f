/** `entrain session`: sessions of a running swarm, from its console: run one from a file, look at them, cancel them. */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { parseDocument } from "yaml";
import { EntrainError } from "@entrain/kernel";
import { refuseCycles } from "@entrain/core/session";
import { table } from "../account/table.ts";
import type { ConsoleClient } from "../console/console-client.ts";
import type { SessionDetail, SessionView } from "../console/console-views.ts";
import { exitCodes } from "../exit-code.ts";
import { readFlags, type FlagValues } from "../flags.ts";
import { readWholeNumber } from "../numbers.ts";
import type { Command, CommandWorld } from "./command.ts";
import { consoleAt } from "./console-flags.ts";

const flagTable = { url: "text", input: "text", limit: "text", detach: "switch", json: "switch" } as const;
type Flags = FlagValues<typeof flagTable>;

const limitMax = 1_000;
/** Pause between two looks at a session that is followed, ms. */
const pollMs = 200;
const ends: ReadonlySet<string> = new Set(["converged", "diverged", "failed", "cancelled"]);

export const session: Command = async (argv, world) => {
  const flags = readFlags("entrain session", flagTable, argv, 2);
  const console = consoleAt(flags.text("url"), world);
  const [what = "list", name] = flags.words;
  switch (what) {
    case "list":
      return list(flags, console, world);
    case "run":
      return run(flags, console, world, wordOf(what, "FILE", name));
    case "show": {
      const shown = await console.session(wordOf(what, "ID", name));
      write(world, flags.given("json") ? [jsonOf(shown)] : sessionLines(shown));
      return exitCodes.done;
    }
    case "cancel":
      await console.cancelSession(wordOf(what, "ID", name));
      return exitCodes.done;
    default:
      throw new EntrainError(
        "invalid-argument",
        `${JSON.stringify(what)} is nothing that entrain session does: list, run FILE, show ID or cancel ID`,
      );
  }
};

function wordOf(what: string, kind: string, name: string | undefined): string {
  if (name !== undefined) return name;
  throw new EntrainError("invalid-argument", `${kind} is missing: write entrain session ${what} ${kind}`);
}

function write({ stdout }: CommandWorld, lines: readonly string[]): void {
  stdout.write(lines.map((line) => `${line}\n`).join(""));
}

const jsonOf = (shown: SessionView): string => JSON.stringify({ kind: "session", ...shown });

async function list(flags: Flags, console: ConsoleClient, world: CommandWorld): Promise<number> {
  const limit = readWholeNumber("--limit", flags.text("limit") ?? "20", 1, limitMax);
  const newest = await console.sessions(limit);
  write(world, flags.given("json") ? newest.map(jsonOf) : listLines(newest));
  return exitCodes.done;
}

async function run(flags: Flags, console: ConsoleClient, world: CommandWorld, file: string): Promise<number> {
  const wish = readSessionFile(file, flags.text("input"));
  let shown = await console.createSession(wish);
  const tell = (): void => {
    if (!flags.given("json")) world.stderr.write(`${shown.sessionId}: ${shown.state}\n`);
  };
  tell();
  while (!flags.given("detach") && !ends.has(shown.state)) {
    await delay(pollMs);
    const before = shown.state;
    shown = await console.session(shown.sessionId);
    if (shown.state !== before) tell();
  }
  write(world, flags.given("json") ? [jsonOf(shown)] : sessionLines(shown));
  return flags.given("detach") || shown.state === "converged" ? exitCodes.done : exitCodes.failed;
}

/**
 * What a file asks for, YAML or JSON.
 * @throws EntrainError `invalid-argument` that names the file, with line and column where it does not parse
 */
export function readSessionFile(file: string, input: string | undefined): object {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (thrown) {
    throw EntrainError.invalid("FILE", file, `it cannot be read: ${EntrainError.from(thrown).message}`);
  }
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  if (error !== undefined) throw EntrainError.invalid("FILE", file, `it is no YAML: ${error.message.split("\n")[0]}`);
  const wish: unknown = document.toJS({ maxAliasCount: 100 });
  if (typeof wish !== "object" || wish === null || Array.isArray(wish))
    throw EntrainError.invalid("FILE", file, "write an object: pattern, and goal, input, budget where they are wanted");
  refuseCycles(wish);
  return input === undefined ? wish : { ...wish, input: readInput(input) };
}

function readInput(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw EntrainError.invalid("--input", text, "write JSON; a text needs its quotes");
  }
}

/** The lines of the list, newest first. */
export function listLines(newest: readonly SessionView[]): readonly string[] {
  if (newest.length === 0) return ["no session yet"];
  const rows = newest.map(({ sessionId, pattern, state, score, createdAt, description }) => [
    new Date(createdAt).toISOString(),
    sessionId,
    pattern,
    state,
    score === null ? "-" : score.toFixed(0),
    description,
  ]);
  return table([["made", "session", "pattern", "state", "score", "goal"], ...rows]);
}

function budgetText({ budgetId, state, held, consumed }: NonNullable<SessionDetail["budget"]>): string {
  const names = [...new Set([...Object.keys(held), ...Object.keys(consumed)])];
  const figures = names.map((name) => `${consumed[name] ?? 0} of ${held[name] ?? 0} ${name} consumed`);
  return [`${budgetId} (${state})`, ...figures].join(", ");
}

/** One session with its steps and its result. */
export function sessionLines(shown: SessionDetail): readonly string[] {
  const { sessionId, pattern, state, score, cause, createdAt, changedAt, budget, steps, parts, result } = shown;
  const facts: (readonly [string, string])[] = [
    ["session", sessionId],
    ["pattern", pattern],
    ["state", cause === "" ? state : `${state}: ${cause}`],
    ["score", score === null ? "-" : score.toFixed(0)],
    ["for", `${changedAt - createdAt} ms`],
    ...(budget === null ? [] : [["budget", budgetText(budget)] as const]),
  ];
  const missed = parts.map(({ name, weight, met }) => [`  ${name}`, `weight ${weight}`, met ? "met" : "not met"]);
  const rows = steps.map(({ path, capability, agentId, ...step }) => {
    return [`  ${path}`, capability, step.state, agentId ?? "-", step.cause];
  });
  return [
    ...table(facts),
    ...table(missed),
    ...table(rows),
    `result  ${result === null ? "-" : JSON.stringify(result)}`,
  ];
}
