/** `entrain acl FOLDER`: a user of the store for each role, with the least that it needs. What is there is kept. */
import { EntrainError } from "@entrain/kernel";
import { writeStoreUsers } from "../acl/write-store-users.ts";
import { exitCodes } from "../exit-code.ts";
import { readFlags } from "../flags.ts";
import type { Command } from "./command.ts";

const flagTable = { swarm: "text", renew: "switch" } as const;

export const acl: Command = async (argv, { stdout }) => {
  const flags = readFlags("entrain acl", flagTable, argv, 1);
  const [folder] = flags.words;
  if (folder === undefined)
    throw new EntrainError("invalid-argument", "entrain acl needs a folder: entrain acl FOLDER [--swarm NAME]");
  const plan = { folder, swarmId: flags.text("swarm") ?? "default", renew: flags.given("renew") };
  for (const { place, written } of await writeStoreUsers(plan))
    stdout.write(`${place}: ${written ? "written" : "kept"}\n`);
  return exitCodes.done;
};
