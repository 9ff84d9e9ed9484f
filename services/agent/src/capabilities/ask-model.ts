/** The capability `chat.complete`: asks the model that the operator has configured; with a schema the answer is JSON. */
import { EntrainError, type Json } from "@entrain/kernel";
import { jsonOf, type ChatClient } from "@entrain/reasoners";
import type { TaskContext } from "entrain";

export interface ModelInput {
  readonly prompt: string;
  /** What the model is told before. */
  readonly instructions?: string;
  /** JSON Schema of the answer; without one the answer is a text. */
  readonly schema?: object;
  /** Longest answer, tokens (default 1,000). */
  readonly answerTokensMax?: number;
}

export interface ModelResult {
  /** The text, or what it says as JSON. */
  readonly answer: Json;
  /** Of question and answer; null where the server does not count. */
  readonly tokens: number | null;
}

/** JSON Schema of the input. */
export const modelInput = {
  type: "object",
  properties: {
    prompt: { type: "string", minLength: 1, maxLength: 200_000 },
    instructions: { type: "string", maxLength: 20_000 },
    schema: { type: "object" },
    answerTokensMax: { type: "integer", minimum: 1, maximum: 100_000 },
  },
  required: ["prompt"],
  additionalProperties: false,
} as const;

/** Checks a value against a JSON Schema. */
interface SchemaChecker {
  /** @throws EntrainError `invalid-argument` for a schema that is none. */
  checkSchema(field: string, schema: object): void;
  /** @throws EntrainError `invalid-argument` that names what does not fit. */
  check(field: string, schema: object, value: Json): void;
}

/**
 * A handler that asks `chat`; an answer that breaks the schema is asked for again, as whatever may pass.
 * @throws EntrainError (when called) `invalid-argument` for a schema that is none; `unavailable`
 */
export function modelAsker(chat: ChatClient, schemas: SchemaChecker) {
  return async (
    input: ModelInput,
    { signal, consume }: Pick<TaskContext, "signal" | "consume">,
  ): Promise<ModelResult> => {
    const { prompt, instructions, schema, answerTokensMax = 1_000 } = input;
    if (schema !== undefined) schemas.checkSchema("schema", schema);
    const messages = [
      ...(instructions === undefined ? [] : [{ role: "system", content: instructions } as const]),
      { role: "user", content: prompt } as const,
    ];
    const wish = schema === undefined ? {} : { schema: { name: "answer", schema } };
    const { tokens = null, text } = await chat({ messages, answerTokensMax, ...wish }, signal);
    // Also an answer that cannot be used has cost them.
    if (tokens !== null) consume({ tokens });
    if (schema === undefined) return { answer: text(), tokens };
    const answer = jsonOf(text()) as Json;
    try {
      schemas.check("answer", schema, answer);
    } catch (thrown) {
      throw new EntrainError(
        "unavailable",
        `the model does not keep to the schema: ${EntrainError.from(thrown).message}`,
      );
    }
    return { answer, tokens };
  };
}
