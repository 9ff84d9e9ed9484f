/** What an agent service can do for sessions: what is safe, and what its operator allows. */
import { createSchemaChecker } from "@entrain/documents";
import { createChatClient } from "@entrain/reasoners";
import type { AgentWork } from "entrain";
import { modelAsker, modelInput, type ModelInput } from "./ask-model.ts";
import { countWords, wordsInput } from "./count-words.ts";
import { fetchInput, urlFetcher, type FetchInput } from "./fetch-url.ts";
import { commandInput, commandRunner, type CommandInput } from "./run-command.ts";

/** What the operator allows. */
export interface Allowed {
  /** Programs that `command.run` may run. */
  readonly commands: readonly string[];
  /** Hosts that `http.fetch` may ask. */
  readonly fetchHosts: readonly string[];
  /** The model that `chat.complete` asks. */
  readonly chatUrl?: string | undefined;
  readonly chatModel?: string | undefined;
  readonly chatApiKey?: string | undefined;
}

const concurrency = 4;

/**
 * Offers `text.words`, and `command.run`, `http.fetch` and `chat.complete` where something is allowed.
 * @throws EntrainError `invalid-config` for a model without an endpoint, or the other way round.
 */
export function offerCapabilities(work: AgentWork, allowed: Allowed): void {
  const { commands, fetchHosts, chatUrl, chatModel, chatApiKey } = allowed;
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
      return { status, contentType, body };
    });
  }
  if (chatUrl !== undefined && chatModel !== undefined) {
    const chat = createChatClient({ baseUrl: chatUrl, model: chatModel, ...(chatApiKey && { apiKey: chatApiKey }) });
    const ask = modelAsker(chat, createSchemaChecker());
    work.capability<ModelInput>("chat.complete", { input: modelInput, concurrency }, async (input, context) => {
      const { answer, tokens } = await ask(input, context);
      return { answer, tokens };
    });
  }
}
