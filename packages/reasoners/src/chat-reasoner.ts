/**
 * A reasoner behind a chat endpoint of the kind that OpenAI has made common (`POST <baseUrl>/chat/completions`). The answer is
 * constrained by a JSON Schema whose actions are those of the policy in use, and is checked all the same: not every server
 * keeps to the schema. Unit of cost: tokens, as the answer's `usage` tells them.
 */
import { EntrainError } from "@entrain/kernel";
import { decisionTypes, noAction, type Policy } from "@entrain/core/decision";
import type { Reasoner } from "@entrain/ports";
import { createGuardedReasoner, type RemoteLimits } from "./guarded-reasoner.ts";
import { askedOf } from "./http-reasoner.ts";
import { endpointOf, postJson } from "./post-json.ts";

/** Where and how it is asked. */
export interface ChatReasonerOptions extends RemoteLimits {
  /** Up to and including the version, e.g. `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  /** Sent as a bearer token. */
  readonly apiKey?: string;
  /** What the model is told before the question (default: to choose one action for the whole fleet). */
  readonly instructions?: string;
  /** Longest answer, tokens (default 300). */
  readonly answerTokensMax?: number;
  /** In decisions' reasoning, logs and metrics (default "chat"). */
  readonly name?: string;
}

const defaultInstructions =
  "You decide for a fleet of services that all act on your answer. You are given one telemetry reading, what the fleet's " +
  "rules make of it, and the fleet's state, as JSON. Choose the one action that fits best; where none does, choose " +
  `"${noAction}". Answer with type, action, confidence (0 to 1) and one sentence of reasoning.`;

/**
 * A reasoner that asks a model.
 * @throws EntrainError `invalid-config` that names the option.
 */
export function createChatReasoner(options: ChatReasonerOptions): Reasoner {
  const {
    name = "chat",
    apiKey,
    model,
    instructions = defaultInstructions,
    answerTokensMax = 300,
    ...limits
  } = options;
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const endpoint = endpointOf("baseUrl", `${options.baseUrl.replace(/\/+$/, "")}/chat/completions`, headers);
  return createGuardedReasoner({
    name,
    limits,
    async ask(question, signal) {
      const messages = [
        { role: "system", content: instructions },
        { role: "user", content: JSON.stringify(askedOf(question)) },
      ];
      const format = {
        type: "json_schema",
        json_schema: { name: "verdict", strict: true, schema: schemaOf(question.policy) },
      };
      const body = { model, messages, temperature: 0, max_completion_tokens: answerTokensMax, response_format: format };
      const completion = (await postJson(endpoint, body, signal)) as Completion | null;
      return { cost: completion?.usage?.total_tokens ?? answerTokensMax, read: () => answerOf(completion) };
    },
  });
}

/** The part of an answer that is looked at; nothing of it is certain. */
interface Completion {
  readonly choices?: readonly { readonly message?: { readonly content?: unknown } }[];
  readonly usage?: { readonly total_tokens?: number };
}

/** JSON Schema of a verdict under this policy. */
function schemaOf({ actions }: Pick<Policy, "actions">): object {
  return {
    type: "object",
    properties: {
      type: { type: "string", enum: decisionTypes },
      action: { type: "string", enum: [...actions, noAction] },
      confidence: { type: "number" },
      reasoning: { type: "string" },
    },
    required: ["type", "action", "confidence", "reasoning"],
    additionalProperties: false,
  };
}

/** What the model said; a text that is no JSON is no verdict. */
function answerOf(completion: Completion | null): unknown {
  const content = completion?.choices?.[0]?.message?.content;
  if (typeof content !== "string") throw new EntrainError("unavailable", "the model gave no answer");
  try {
    return JSON.parse(content);
  } catch {
    throw new EntrainError("unavailable", "the model's answer is no JSON");
  }
}
