/** Probes between processes: whether a process still answers where it listened. */
import type { ProbeResult } from "@entrain/core/membership";

/** Where a process is to be found. */
export interface ProbedProcess {
  readonly processId: string;
  /** host:port of its gRPC server. */
  readonly address: string;
}

/** Probes; none of them rejects, and each takes its time at most. */
export interface MemberProbe {
  /** `refused`: nobody listens there, or another process does. */
  ask(process: ProbedProcess, timeoutMs: number): Promise<Exclude<ProbeResult, "late">>;
  /** The same, through another process; `silent` as well where that one does not answer. */
  askThrough(helper: ProbedProcess, process: ProbedProcess, timeoutMs: number): Promise<Exclude<ProbeResult, "late">>;
  /** Holds no connection to any other than these from now on. */
  keepOnly(processes: readonly ProbedProcess[]): void;
}

/** What a process does for others that cannot reach a third one. */
export interface ProbeHelper {
  /** Probes a process at the address that it is a member with; `silent` where it is none. Never rejects. */
  probeFor(processId: string, timeoutMs: number): Promise<Exclude<ProbeResult, "late">>;
}
