/**
 * A reasoner behind a chat endpoint. The answer is constrained by a JSON Schema whose actions are those of the policy in use, and is checked all the same: not every server
 * keeps to the schema. Unit of cost: tokens, as the answer's `usage` tells them.
 */
import { checkObject } from "@entrain/kernel";
import { decisionTypes, noAction, type Policy } from "@entrain/core/decision";
import type { Reasoner } from "@entrain/ports";
import { createChatClient, jsonOf, type ChatEndpoint } from "./chat-client.ts";
import { createGuardedReasoner, type RemoteLimits } from "./guarded-reasoner.ts";
import { askedOf } from "./http-reasoner.ts";

/** Where and how it is asked. */
export interface ChatReasonerOptions extends RemoteLimits, ChatEndpoint {
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
  checkObject("options", options, "give { baseUrl, model }");
  const { name = "chat", baseUrl, model, apiKey, instructions = defaultInstructions, ...more } = options;
  const { answerTokensMax = 300, ...limits } = more;
  const chat = createChatClient({ baseUrl, model, ...(apiKey === undefined ? {} : { apiKey }) });
  return createGuardedReasoner({
    name,
    limits,
    async ask(question, { signal }) {
      const messages = [
        { role: "system", content: instructions },
        { role: "user", content: JSON.stringify(askedOf(question)) },
      ] as const;
      const schema = { name: "verdict", schema: schemaOf(question.policy) };
      const { tokens, text } = await chat({ messages, answerTokensMax, schema }, signal);
      return { cost: tokens ?? answerTokensMax, read: () => jsonOf(text()) };
    },
  });
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
