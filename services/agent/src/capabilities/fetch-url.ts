/** The capability `http.fetch`: asks a host of an allow-list, and answers what it says; JSON is read as such. */
import { EntrainError, type TaskContext } from "entrain";

/** Bytes of an answer's body. */
const bodyMax = 200_000;

export interface FetchInput {
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface FetchResult {
  readonly status: number;
  readonly contentType: string;
  /** What the JSON says, or the text. */
  readonly body: unknown;
}

/** JSON Schema of the input. */
export const fetchInput = {
  type: "object",
  properties: {
    url: { type: "string", maxLength: 2_000 },
    method: { enum: ["GET", "POST"] },
    headers: { type: "object", additionalProperties: { type: "string" } },
    body: { type: "string", maxLength: 200_000 },
  },
  required: ["url"],
  additionalProperties: false,
} as const;

/**
 * A handler that asks the hosts (`host` or `host:port`) in `allowed`; it follows no redirection, which could lead elsewhere.
 * @throws EntrainError (when called) `permission-denied` for another host; `unavailable` for a status from 500 on, 429, or where
 *   nobody answers, so that it is tried again; `invalid-argument` for a body that is too large
 */
export function urlFetcher(allowed: readonly string[]) {
  return async (input: FetchInput, { signal }: Pick<TaskContext, "signal">): Promise<FetchResult> => {
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
    return { status: response.status, contentType, body: /\bjson\b/.test(contentType) ? JSON.parse(text) : text };
  };
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
