/**
 * Follows the console's event stream: opens it again where it left off when it breaks or falls silent, until told to
 * stop. An event that was missed for good is announced by the console itself (`resync`).
 */
import { setTimeout as delay } from "node:timers/promises";
import type { ConsoleClient } from "./console-client.ts";
import { httpRequest } from "./http-request.ts";
import { createSseParser } from "./sse-parser.ts";

/** One event of the swarm as the console tells it. */
export interface SwarmEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The console sends a comment at least every 5 s. */
const silenceMaxMs = 15_000;
const retryMs = { first: 250, longest: 5_000 } as const;

/** Calls back with every event of `types`; settles only after `signal` aborted. */
export async function followEvents(
  { url, headers }: Pick<ConsoleClient, "url" | "headers">,
  types: readonly string[],
  onEvent: (event: SwarmEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const address = new URL(`/api/v1/events?types=${types.join(",")}`, url);
  let lastId = "";
  let failures = 0;
  while (!signal.aborted) {
    const feed = createSseParser((event) => {
      lastId = event.lastId;
      const data = readData(event.data);
      if (data !== undefined) onEvent({ type: event.type, data });
    });
    try {
      await readStream(
        address,
        { ...headers, ...(lastId === "" ? {} : { "last-event-id": lastId }) },
        signal,
        (text) => {
          failures = 0;
          feed(text);
        },
      );
    } catch {
      failures += 1;
    }
    const waitMs = Math.min(retryMs.first * 2 ** failures, retryMs.longest) * (0.8 + 0.4 * Math.random());
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Reads one connection to its end. @throws where it breaks, falls silent or is refused. */
async function readStream(
  address: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  onText: (text: string) => void,
): Promise<void> {
  const silence = new AbortController();
  const watchdog = setTimeout(() => silence.abort(), silenceMaxMs);
  try {
    const response = await httpRequest(address, {
      headers: { accept: "text/event-stream", ...headers },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (response.statusCode !== 200) throw new Error(`the event stream answered ${response.statusCode ?? 0}`);
    for await (const text of response) {
      watchdog.refresh();
      onText(String(text));
    }
  } finally {
    clearTimeout(watchdog);
  }
}

function readData(text: string): SwarmEvent["data"] | undefined {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === "object" && data !== null ? (data as SwarmEvent["data"]) : undefined;
  } catch {
    return undefined;
  }
}
