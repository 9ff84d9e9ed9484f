/** Messages that are not kept, from process to process: each goes to who listens now, or is dropped and counted. */
import type { Publication } from "@entrain/core/bus";

/** A message as it is said. */
export interface LiveMessage extends Pick<Publication, "messageId" | "topic" | "payload" | "headers" | "trace"> {
  /** Who published it. */
  readonly agentId: string;
}

/** To how many other processes a message was given, and for how many it was dropped, since they do not take theirs in time. */
export interface Spread {
  readonly given: number;
  readonly dropped: number;
}

/** This process's links to the others. */
export interface MessageLinks {
  /** The processes that may publish, by process id; this one's own is left out. */
  setPeers(peers: ReadonlyMap<string, { readonly address: string }>): void;
  /** What this process wants to hear: it dials every peer for it, and none where there are no patterns. */
  setPatterns(patterns: readonly string[]): void;
  /** How many peers this process hears at present. */
  heard(): number;
  /** Gives a message to the other processes that listen to its topic; waits for nobody. */
  publish(message: LiveMessage): Spread;
  onMessage(listener: (message: LiveMessage) => void): void;
}
