/**
 * The `entrain` command (main): picks the command, tells its error in one sentence, and ends with its exit code.
 */
import { readFileSync } from "node:fs";
import { EntrainError } from "@entrain/kernel";
import type { Command, CommandWorld } from "./commands/command.ts";
import { exitCodeOf, exitCodes } from "./exit-code.ts";
import { helpText } from "./help.ts";

/** Loaded when they are wanted: help and version need none of what a swarm needs. */
const commands = {
  up: async () => (await import("./commands/up.ts")).up,
  status: async () => (await import("./commands/status.ts")).status,
  goal: async () => (await import("./commands/goal.ts")).goal,
  replay: async () => (await import("./commands/replay.ts")).replay,
  decisions: async () => (await import("./commands/decisions.ts")).decisions,
  budget: async () => (await import("./commands/budget.ts")).budget,
  voters: async () => (await import("./commands/voters.ts")).voters,
  session: async () => (await import("./commands/session.ts")).session,
  certs: async () => (await import("./commands/certs.ts")).certs,
  acl: async () => (await import("./commands/acl.ts")).acl,
  sim: async () => (await import("./commands/sim.ts")).sim,
} satisfies Record<string, () => Promise<Command>>;
type CommandName = keyof typeof commands;
const isCommand = (name: string | undefined): name is CommandName =>
  name !== undefined && Object.hasOwn(commands, name);

const asksForHelp = (word: string | undefined): boolean => word === "--help" || word === "-h";

async function main(argv: readonly string[], world: CommandWorld): Promise<number> {
  const [name, ...rest] = argv;
  if (name === "--version") {
    world.stdout.write(`entrain ${world.version}\n`);
    return exitCodes.done;
  }
  if (name === "help" || asksForHelp(name) || (isCommand(name) && rest.some(asksForHelp))) {
    world.stdout.write(helpText(isCommand(name) ? name : undefined));
    return exitCodes.done;
  }
  if (isCommand(name)) return (await commands[name]())(rest, world);
  const what = name === undefined ? "entrain needs a command" : `${JSON.stringify(name)} is no command of entrain`;
  throw new EntrainError("invalid-argument", `${what}: choose one of ${Object.keys(commands).join(", ")}`);
}

function readVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

const { env, stdout, stderr } = process;
let exitCode: number;
try {
  exitCode = await main(process.argv.slice(2), { env, stdout, stderr, version: readVersion() });
} catch (thrown) {
  const error = EntrainError.from(thrown);
  stderr.write(`entrain: ${error.message}\n`);
  if (error.code === "internal" && error.cause instanceof Error) stderr.write(`${error.cause.stack ?? ""}\n`);
  exitCode = exitCodeOf(error);
}
// Nothing that is left may hold the process up; what was written goes out first.
process.exitCode = exitCode;
stdout.write("", () => stderr.write("", () => process.exit(exitCode)));
