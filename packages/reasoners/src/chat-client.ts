/**
 * A chat endpoint of the kind that OpenAI has made common (`POST <baseUrl>/chat/completions`). Where a JSON Schema is given the
 * answer is asked for by it; whether the server keeps to it is for the caller to check.
 */
import { EntrainError } from "@entrain/kernel";
import { endpointOf, postJson } from "./post-json.ts";

/** Where a model is asked. */
export interface ChatEndpoint {
  /** Up to and including the version, e.g. `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  /** Sent as a bearer token. */
  readonly apiKey?: string;
}

/** What it is asked. */
export interface ChatQuestion {
  readonly messages: readonly { readonly role: "system" | "user" | "assistant"; readonly content: string }[];
  /** Longest answer, tokens. */
  readonly answerTokensMax: number;
  /** JSON Schema of the answer; without one it is a text. */
  readonly schema?: { readonly name: string; readonly schema: object };
}

/** What came back. */
export interface ChatAnswer {
  /** Of question and answer, as the server counts them; undefined where it does not. */
  readonly tokens: number | undefined;
  /** The model's text. @throws EntrainError `unavailable` where there is none */
  readonly text: () => string;
}

/** Asks one question. */
export type ChatClient = (question: ChatQuestion, signal: AbortSignal) => Promise<ChatAnswer>;

/**
 * A client of one model.
 * @throws EntrainError `invalid-config` that names the option; when called: `unavailable`, or the signal's reason.
 */
export function createChatClient({ baseUrl, model, apiKey }: ChatEndpoint): ChatClient {
  if (typeof baseUrl !== "string") throw EntrainError.invalid("baseUrl", baseUrl, "give the URL of a chat endpoint");
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const endpoint = endpointOf("baseUrl", `${baseUrl.replace(/\/+$/, "")}/chat/completions`, headers);
  return async ({ messages, answerTokensMax, schema }, signal) => {
    const format = schema && { type: "json_schema", json_schema: { ...schema, strict: true } };
    const body = { model, messages, temperature: 0, max_completion_tokens: answerTokensMax };
    const wish = format === undefined ? body : { ...body, response_format: format };
    const completion = (await postJson(endpoint, wish, signal)) as Completion | null;
    return { tokens: completion?.usage?.total_tokens, text: () => textOf(completion) };
  };
}

/** The part of an answer that is looked at; nothing of it is certain. */
interface Completion {
  readonly choices?: readonly { readonly message?: { readonly content?: unknown } }[];
  readonly usage?: { readonly total_tokens?: number };
}

function textOf(completion: Completion | null): string {
  const content = completion?.choices?.[0]?.message?.content;
  if (typeof content !== "string") throw new EntrainError("unavailable", "the model gave no answer");
  return content;
}

/** What a text says as JSON. @throws EntrainError `unavailable` where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new EntrainError("unavailable", "the model's answer is no JSON");
  }
}
