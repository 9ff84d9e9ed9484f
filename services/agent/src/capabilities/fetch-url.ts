/**
 * The capability `http.fetch`: asks a host of an allow-list, and answers what it says, or what an expression makes of it; JSON is
 * read as such.
 */
import type { Json } from "@entrain/kernel";
import { createSessionExpressions, type SessionExpressions } from "@entrain/reasoners";
import { EntrainError, type TaskContext } from "entrain";

/** Bytes of an answer's body. */
const bodyMax = 200_000;

export interface FetchInput {
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** CEL over `result` {status, contentType, body}: what becomes the body. */
  readonly transform?: string;
}

export interface FetchResult {
  readonly status: number;
  readonly contentType: string;
  /** What the JSON says, or the text; or what was made of it. */
  readonly body: Json;
}

/** JSON Schema of the input. */
export const fetchInput = {
  type: "object",
  properties: {
    url: { type: "string", maxLength: 2_000 },
    method: { enum: ["GET", "POST"] },
    headers: { type: "object", additionalProperties: { type: "string" } },
    body: { type: "string", maxLength: 200_000 },
    transform: { type: "string", maxLength: 2_000 },
  },
  required: ["url"],
  additionalProperties: false,
} as const;

/**
 * A handler that asks the hosts (`host` or `host:port`) in `allowed`; it follows no redirection, which could lead elsewhere.
 * @throws EntrainError (when called) `permission-denied` for another host; `unavailable` for a status from 500 on, 429, or where
 *   nobody answers, so that it is tried again; `invalid-argument` for a body that is too large, and for a transformation that does
 *   not parse, before anybody is asked, or that does not fit the answer
 */
export function urlFetcher(allowed: readonly string[]) {
  const expressions = createSessionExpressions();
  return async (input: FetchInput, { signal }: Pick<TaskContext, "signal">): Promise<FetchResult> => {
    const { transform } = input;
    if (transform !== undefined) expressions.check("transform", transform);
    const url = URL.parse(input.url);
    if (url === null || !allowed.includes(url.host) || !/^https?:$/.test(url.protocol))
      throw new EntrainError(
        "permission-denied",
        `${input.url} is not allowed here: allowed are ${allowed.join(", ")}`,
      );
    const { method = "GET", headers = {}, body } = input;
    const wish = { method, headers, signal, redirect: "manual", ...(body === undefined ? {} : { body }) } as const;
    const response = await fetch(url, wish).catch((thrown: unknown) => {
      throw EntrainError.from(thrown, "unavailable");
    });
    if (response.status >= 500 || response.status === 429) {
      await response.body?.cancel();
      throw new EntrainError("unavailable", `${url.host} answers ${response.status}`);
    }
    const contentType = response.headers.get("content-type") ?? "";
    const text = await readText(response);
    const said = /\bjson\b/.test(contentType) ? (JSON.parse(text) as Json) : text;
    const answer = { status: response.status, contentType, body: said };
    return transform === undefined ? answer : { ...answer, body: transformed(expressions, transform, answer) };
  };
}

function transformed({ evaluate }: SessionExpressions, transform: string, answer: FetchResult): Json {
  try {
    return evaluate(transform, { result: { ...answer } });
  } catch (thrown) {
    const { message } = EntrainError.from(thrown);
    throw EntrainError.invalid("transform", transform, `write what fits the answer: ${message}`);
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > bodyMax) throw new EntrainError("invalid-argument", `the answer has more than ${bodyMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
