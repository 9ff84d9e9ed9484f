/** One JSON request to an endpoint that nobody vouches for: no redirects, and no more of its answer than was agreed. */
import { EntrainError } from "@entrain/kernel";

/** Longest answer that is read, bytes. */
const answerMax = 65_536;

/** Where it goes. */
export interface Endpoint {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Checks an endpoint. Secrets go over plain HTTP only to this host.
 * @throws EntrainError `invalid-config` that names `field`.
 */
export function endpointOf(field: string, text: string, headers: Readonly<Record<string, string>> = {}): Endpoint {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) throw wrong(field, text, "give an http(s) URL");
  if (url.username !== "" || url.password !== "")
    throw wrong(field, url.host, "give credentials as headers, not in the URL");
  const here = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol === "http:" && !here && Object.keys(headers).length > 0)
    throw wrong(field, url.host, "use https where headers are sent beyond this host: they may be secrets");
  return { url, headers };
}

function wrong(field: string, value: string, remedy: string): EntrainError {
  return new EntrainError("invalid-config", `${field} is "${value}": ${remedy}`, { field, value, remedy });
}

/**
 * Sends `body` and answers what came back.
 * @throws EntrainError `unavailable` for another status, an answer that is too long or no JSON.
 */
export async function postJson(endpoint: Endpoint, body: object, signal: AbortSignal): Promise<unknown> {
  const text = await postForText(endpoint, body, signal);
  try {
    return JSON.parse(text);
  } catch {
    throw new EntrainError("unavailable", `${endpoint.url.host} answered with something that is no JSON`);
  }
}

/**
 * Sends `body` and answers the text that came back, which may be empty.
 * @throws EntrainError `unavailable` for another status than 2xx, or an answer that is too long.
 */
export async function postForText({ url, headers }: Endpoint, body: object, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
    redirect: "error",
    signal,
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new EntrainError("unavailable", `${url.host} answered with status ${response.status}`);
  }
  return textOf(response, url.host);
}

async function textOf(response: Response, host: string): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  const body: AsyncIterable<Uint8Array> | null = response.body;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (bytes > answerMax) throw new EntrainError("unavailable", `${host} answered with more than ${answerMax} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
