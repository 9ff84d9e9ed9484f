/**
 * A reasoner behind an HTTP endpoint of the user's own: the question is posted as JSON, the answer is the verdict as JSON.
 * Unit of cost: whatever the answer's `cost` says, else 1 a call.
 */
import type { Question, Reasoner } from "@entrain/ports";
import { createGuardedReasoner, type RemoteLimits } from "./guarded-reasoner.ts";
import { endpointOf, postJson } from "./post-json.ts";

/** Where and how it is asked. */
export interface HttpReasonerOptions extends RemoteLimits {
  readonly url: string;
  /** Sent with each question, e.g. an authorization. */
  readonly headers?: Readonly<Record<string, string>>;
  /** In decisions' reasoning, logs and metrics (default "http"). */
  readonly name?: string;
}

/**
 * A reasoner that posts { reading, fingerprint, rule, context, actions, safeAction } and takes { type, action, confidence,
 * reasoning, cost? } for an answer.
 * @throws EntrainError `invalid-config` that names the option.
 */
export function createHttpReasoner(options: HttpReasonerOptions): Reasoner {
  const { name = "http", ...limits } = options;
  const endpoint = endpointOf("url", options.url, options.headers);
  return createGuardedReasoner({
    name,
    limits,
    async ask(question, { signal }) {
      const answer = await postJson(endpoint, askedOf(question), signal);
      return { cost: costOf(answer), read: () => answer };
    },
  });
}

/** What is told of a question. */
export function askedOf({ reading, fingerprint, rule, context, policy }: Question): object {
  const { actions, safeAction } = policy;
  return { reading, fingerprint, rule: rule ?? null, context, actions, safeAction };
}

function costOf(answer: unknown): number {
  const { cost } = (answer ?? {}) as { readonly cost?: unknown };
  return typeof cost === "number" && cost >= 0 ? cost : 1;
}
