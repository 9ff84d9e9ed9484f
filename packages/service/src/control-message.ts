/**
 * What a service says to the supervisor that started it. The control channel is a socket pair on the descriptor that
 * ENTRAIN_CONTROL_FD names. The service writes one line of JSON once it is ready; the supervisor writes nothing, and the
 * closing of its end (also by its death) is the order to end.
 */

/** A service's word that it is ready. */
export interface ReadyMessage {
  readonly kind: "ready";
  /** agent-1, decision-loop, console … */
  readonly name: string;
  readonly pid: number;
  /** Where its /healthz, /readyz and /metrics are, without a trailing slash. */
  readonly opsUrl: string;
  /** host:port of its gRPC server, if it has one. */
  readonly grpcAddress?: string;
}

/** Longest line a service may write, characters: more is a fault, and is cut off. */
export const controlLineMax = 4_096;

/** A message as it goes over the channel. */
export function formatControlLine(message: ReadyMessage): string {
  return `${JSON.stringify(message)}\n`;
}

/** One line of the channel; undefined where it is none of ours (a newer service may say more). */
export function parseControlLine(line: string): ReadyMessage | undefined {
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof said !== "object" || said === null) return undefined;
  const { kind, name, pid, opsUrl, grpcAddress } = said as Readonly<Record<string, unknown>>;
  if (kind !== "ready" || typeof name !== "string" || typeof pid !== "number" || typeof opsUrl !== "string")
    return undefined;
  return { kind, name, pid, opsUrl, ...(typeof grpcAddress === "string" ? { grpcAddress } : {}) };
}
