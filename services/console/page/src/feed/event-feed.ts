/**
 * The console's event stream, followed for as long as the page is open: opened again where it left off when it breaks
 * or falls silent (the console sends something at least every 5 s), after a pause that doubles up to 5 s, with jitter.
 */
import { createParser } from "eventsource-parser";
import type { SwarmEvent } from "../../../src/contract/swarm-event.ts";
import { ApiProblem, type ConsoleClient } from "./console-client.ts";

const silenceMaxMs = 12_000;
const pauseMs = { first: 250, longest: 5_000 } as const;

/** What the stream tells; `resync`: events were missed, read the state anew. */
export type FeedEvent = SwarmEvent | { readonly type: "resync"; readonly data: unknown };

/** Who listens to the stream. */
export interface EventListener {
  onEvent(event: FeedEvent): void;
  /** True once it is open, false once it is not; with the reason where it was refused. */
  onOpen(open: boolean, problem?: ApiProblem): void;
}

/** Follows the events of `types` until `signal` aborts. */
export async function followEvents(
  client: Pick<ConsoleClient, "events">,
  types: readonly string[],
  listener: EventListener,
  signal: AbortSignal,
): Promise<void> {
  let lastEventId: string | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const silence = new AbortController();
    const watch = createWatch(() => {
      silence.abort();
    });
    try {
      watch.heard();
      const response = await client.events(types, lastEventId, AbortSignal.any([signal, silence.signal]));
      listener.onOpen(true);
      failures = 0;
      const parser = createParser({
        onEvent({ event, data, id }) {
          lastEventId = id ?? lastEventId;
          if (event !== undefined) listener.onEvent({ type: event, data: JSON.parse(data) as unknown } as FeedEvent);
        },
      });
      for await (const text of textOf(response)) {
        watch.heard();
        parser.feed(text);
      }
    } catch (thrown) {
      if (thrown instanceof ApiProblem) listener.onOpen(false, thrown);
    } finally {
      watch.stop();
    }
    listener.onOpen(false);
    failures += 1;
    await pause(Math.min(pauseMs.longest, pauseMs.first * 2 ** (failures - 1)) * (0.5 + Math.random()), signal);
  }
}

/** Calls `onSilence` when nothing was heard for too long. */
function createWatch(onSilence: () => void): { heard: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => {
    clearTimeout(timer);
  };
  return {
    heard() {
      stop();
      timer = setTimeout(onSilence, silenceMaxMs);
    },
    stop,
  };
}

async function* textOf(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
