/**
 * The connection for pub/sub: one per process, however many handlers there are (a hundred connections cost Redis four
 * times as much as one with a hundred handlers). Messages are hints: those published while the connection is
 * away are missed, and every reader has a slower way of its own.
 */
import { EntrainError } from "@entrain/kernel";
import type { Unsubscribe } from "@entrain/ports";
import { openingFailure } from "./failures.ts";
import type { Link } from "./link.ts";
import { openPrimary } from "./open-primary.ts";
import type { StoreSettings } from "./options.ts";
import { createReconnector } from "./reconnector.ts";
import { watchLink } from "./watchdog.ts";

/** Hands messages to handlers. */
export interface MessageHub {
  connect(): Promise<void>;
  close(): Promise<void>;
  /** Calls `onMessage` with each message of the channel. A handler that throws is reported, the others are called. */
  watch(channel: string, onMessage: (message: string) => void): Unsubscribe;
}

/** The hub of one process; idle before `connect`. */
export function createMessageHub(settings: StoreSettings): MessageHub {
  const { timers, clock, random, events, openTimeoutMs, silenceMs } = settings;
  const handlers = new Map<string, Set<(message: string) => void>>();
  const reconnector = createReconnector<Link>({
    open: openSubscriber,
    // Channels that were asked for or given up while the connection was being opened.
    onUp: (link) => {
      void tell(link, "subscribe", [...handlers.keys()]);
    },
    onDown: () => undefined,
    clock,
    timers,
    random,
  });

  async function openSubscriber(signal: AbortSignal): Promise<Link> {
    const name = `${settings.connectionName}:hints`;
    const link = await openPrimary({ ...settings, key: settings.keys.store, name, signal });
    link.onMessage(deliver);
    const channels = [...handlers.keys()];
    try {
      if (channels.length > 0) await link.send("subscribe", channels, openTimeoutMs);
    } catch (thrown) {
      const error = openingFailure(thrown);
      link.end(error);
      throw error;
    }
    const probe = async (timeoutMs: number): Promise<void> => {
      await link.send("ping", [], timeoutMs);
    };
    watchLink({ link, timers, silenceMs, probe });
    return link;
  }

  /** A connection that cannot be told is ended; the next one is told everything. */
  async function tell(link: Link, command: "subscribe" | "unsubscribe", channels: readonly string[]): Promise<void> {
    if (channels.length === 0) return;
    try {
      await link.send(command, channels, openTimeoutMs);
    } catch (thrown) {
      link.end(EntrainError.from(thrown));
    }
  }

  function deliver(channel: string, message: string): void {
    for (const handler of [...(handlers.get(channel) ?? [])])
      try {
        handler(message);
      } catch (thrown) {
        events({ kind: "listener.failed", listener: channel, message: EntrainError.from(thrown).message });
      }
  }

  return {
    connect: () => reconnector.connect(),
    close: () => reconnector.close(),
    watch(channel, onMessage) {
      // A wrapper, so that one function may watch twice and each watch ends for itself.
      const handler = (message: string): void => {
        onMessage(message);
      };
      const present = handlers.get(channel) ?? new Set();
      const link = reconnector.session();
      if (present.size === 0 && link !== undefined) void tell(link, "subscribe", [channel]);
      handlers.set(channel, present.add(handler));
      return () => {
        if (!present.delete(handler) || present.size > 0) return;
        handlers.delete(channel);
        const last = reconnector.session();
        if (last !== undefined) void tell(last, "unsubscribe", [channel]);
      };
    },
  };
}
