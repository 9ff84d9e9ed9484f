/**
 * The supervisor's end of the control channel: what a service says on it. The channel is a socket pair on the descriptor
 * that ENTRAIN_CONTROL_FD names. A service writes one line of JSON once it is ready; the supervisor writes nothing, and
 * the closing of its end is the order to end.
 */

/** A service's word that it is ready. */
export interface ReadyMessage {
  readonly kind: "ready";
  readonly name: string;
  readonly pid: number;
  /** Where its /healthz, /readyz and /metrics are. */
  readonly opsUrl: string;
  /** host:port of its gRPC server, if it has one. */
  readonly grpcAddress?: string;
}

/** Longest line a service may write, characters: more is a fault, and is cut off. */
export const controlLineMax = 4_096;

/** One line of the channel; undefined where it is none of ours (a newer service may say more). */
export function parseControlLine(line: string): ReadyMessage | undefined {
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof said !== "object" || said === null) return undefined;
  const { kind, name, pid, opsUrl, grpcAddress } = said as Record<string, unknown>;
  if (kind !== "ready" || typeof name !== "string" || typeof pid !== "number" || typeof opsUrl !== "string")
    return undefined;
  return { kind, name, pid, opsUrl, ...(typeof grpcAddress === "string" ? { grpcAddress } : {}) };
}
