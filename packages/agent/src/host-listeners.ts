/** What a host of agents tells: its owner, as it happens, and whoever asks whether it may be sent work. */
import type { LeaderView } from "@entrain/runtime";
import type { BeatEvent, DegradedEvent } from "./agent-emitter.ts";

/** What a host tells its owner. */
export interface HostListeners {
  readonly onBeat: (beat: BeatEvent) => void;
  readonly onLeader: (leader: LeaderView) => void;
  readonly onDegraded: (event: DegradedEvent) => void;
  /** A higher incarnation of a started agent is alive (M3); during the start, the start is refused instead. */
  readonly onSuperseded: (agentId: string) => void;
}

/** Whether the process may be sent work, and why not. */
export interface Readiness {
  readonly ok: boolean;
  readonly reason: string;
}
