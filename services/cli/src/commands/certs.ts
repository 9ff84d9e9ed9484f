/**
 * `entrain certs FOLDER`: an authority of one's own and a certificate for each role, for development. What is there and
 * still good is kept, so that it can run before every start.
 */
import { EntrainError } from "@entrain/kernel";
import { writeCertificates, type CertificatePlan } from "../certs/write-certificates.ts";
import { exitCodes } from "../exit-code.ts";
import { readFlags } from "../flags.ts";
import { readWholeNumber } from "../numbers.ts";
import type { Command } from "./command.ts";

const flagTable = { swarm: "text", agents: "text", hosts: "text", days: "text", renew: "switch" } as const;

export const certs: Command = async (argv, { stdout }) => {
  const flags = readFlags("entrain certs", flagTable, argv, 1);
  const [folder] = flags.words;
  if (folder === undefined)
    throw new EntrainError("invalid-argument", "entrain certs needs a folder: entrain certs FOLDER [--swarm NAME]");
  const plan: CertificatePlan = {
    folder,
    swarmId: flags.text("swarm") ?? "default",
    agentIds: listOf(flags.text("agents") ?? "*"),
    hosts: listOf(flags.text("hosts") ?? ""),
    days: readWholeNumber("--days", flags.text("days") ?? "90", 1, 365),
    renew: flags.given("renew"),
  };
  for (const { place, written, expiresAt } of await writeCertificates(plan))
    stdout.write(`${place}: ${written ? "signed" : "kept"}, valid until ${expiresAt.toISOString()}\n`);
  return exitCodes.done;
};

function listOf(text: string): readonly string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}
