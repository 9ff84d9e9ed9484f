/** The rhythm plane: frames between processes, peer to peer. */
import type { GoalRecord, Lineage } from "@entrain/core/rhythm";

/** One agent's phase at the instant its frame was sent. */
export interface PhaseSample {
  readonly agentId: string;
  readonly incarnation: number;
  /** The agent's own beat number plus fraction of its cycle. */
  readonly cycle: number;
  /** By how much its beat follows the common reference, cycles (default 0). */
  readonly offsetCycles?: number;
  /** Weight with those who trust it (default 1). */
  readonly influence?: number;
  readonly lineage: Lineage | undefined;
}

/** All that one process tells another at one instant. */
export interface PhaseFrame {
  readonly goal: GoalRecord;
  /** The highest leadership term that the sender has seen (L2). */
  readonly highestTerm: number;
  readonly samples: readonly PhaseSample[];
}

/** A peer's frame with the peer's clock brought onto the local one. */
export interface ReceivedFrame {
  readonly processId: string;
  readonly frame: PhaseFrame;
  /** Local monotonic instant at which the frame's samples were true, ns. */
  readonly atNs: number;
}

/** Streams to other processes: one per pair, dialled by the lower process id, dialled again with back-off. */
export interface PhaseTransport {
  /** The processes to be connected with, by process id; others are disconnected. */
  setPeers(peers: ReadonlyMap<string, { readonly address: string }>): void;
  /**
   * Sends now, to one peer; a frame that cannot be sent at once is dropped: the next one is newer. `atNs` is the local
   * monotonic instant at which its samples were true (default: the sending).
   */
  send(processId: string, frame: PhaseFrame, atNs?: number): void;
  onFrame(listener: (received: ReceivedFrame) => void): void;
  connectedPeers(): readonly string[];
}
