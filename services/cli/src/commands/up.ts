/** `entrain up`: a swarm in the foreground, from set-up to summary. */
import { loadConfig } from "@entrain/config";
import type { Account } from "../account/account-event.ts";
import { createHumanAccount } from "../account/human-account.ts";
import { createJsonAccount } from "../account/json-lines.ts";
import { styleOf } from "../account/style.ts";
import { watchForInterruption } from "../up/interruption.ts";
import { checkPortIsFree } from "../up/port-check.ts";
import { runSwarm } from "../up/run-swarm.ts";
import { readUpOptions } from "../up/up-options.ts";
import type { Command, CommandWorld } from "./command.ts";

export const up: Command = async (argv, world) => {
  const config = loadConfig("cli", world.env);
  const { periodMs, goalKind, httpPort, httpHost } = config;
  const options = readUpOptions(argv, { periodMs, goal: goalKind, port: httpPort });
  await checkPortIsFree("--port", options.port, httpHost);
  using interruption = watchForInterruption();
  const account = options.json ? bothAccounts(world) : humanAccount(world, world.stdout);
  return await runSwarm(options, { env: world.env, config, version: world.version, account, interruption });
};

function humanAccount({ env }: CommandWorld, stream: NodeJS.WriteStream): Account {
  return createHumanAccount((text) => stream.write(text), styleOf(stream.isTTY, env));
}

/** With --json stdout is for programs alone; what is for people goes to stderr. */
function bothAccounts(world: CommandWorld): Account {
  const lines = createJsonAccount((text) => world.stdout.write(text));
  const talk = humanAccount(world, world.stderr);
  return {
    tell(event) {
      lines.tell(event);
      talk.tell(event);
    },
  };
}
