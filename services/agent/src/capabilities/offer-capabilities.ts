/** What an agent service can do for sessions: what is safe, and what its operator allows. */
import type { Json } from "@entrain/kernel";
import type { AgentWork } from "entrain";
import { countWords, wordsInput } from "./count-words.ts";
import { fetchInput, urlFetcher, type FetchInput } from "./fetch-url.ts";
import { commandInput, commandRunner, type CommandInput } from "./run-command.ts";

/** What the operator allows. */
export interface Allowed {
  /** Programs that `command.run` may run. */
  readonly commands: readonly string[];
  /** Hosts that `http.fetch` may ask. */
  readonly fetchHosts: readonly string[];
}

const concurrency = 4;

/** Offers `text.words`, and `command.run` and `http.fetch` where something is allowed. */
export function offerCapabilities(work: AgentWork, { commands, fetchHosts }: Allowed): void {
  work.capability<string>("text.words", { input: wordsInput, concurrency }, countWords);
  if (commands.length > 0) {
    const run = commandRunner(commands);
    work.capability<CommandInput>("command.run", { input: commandInput, concurrency }, async (input, context) => ({
      ...(await run(input, context)),
    }));
  }
  if (fetchHosts.length > 0) {
    const ask = urlFetcher(fetchHosts);
    work.capability<FetchInput>("http.fetch", { input: fetchInput, concurrency }, async (input, context) => {
      const { status, contentType, body } = await ask(input, context);
      return { status, contentType, body: body as Json };
    });
  }
}
