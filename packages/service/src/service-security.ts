/** How a service protects its connections, from its config: certificates that are read anew, or none. */
import type { Config } from "@entrain/config";
import type { EventSink } from "@entrain/ports";
import { openTlsFiles, type ServiceRole, type TlsSource } from "@entrain/rpc";
import { systemTimers } from "@entrain/runtime";

/** What the process is in its swarm: its certificate must say so. */
export interface OwnIdentity {
  readonly role: ServiceRole;
  /** The agents that it hosts. */
  readonly agentIds?: readonly string[];
}

/** The protection in use. */
export interface ServiceSecurity {
  readonly options: { readonly tls?: TlsSource; readonly insecure: boolean };
  /** Reads certificates no more. */
  close(): void;
}

/**
 * Reads the certificates that the config names.
 * @throws EntrainError `invalid-config` that names the variable, the file and what is wrong with it.
 */
export function openSecurity(
  config: Pick<Config<"agent" | "decision-loop" | "console">, "swarmId" | "tlsDir" | "tlsReloadMs" | "insecure">,
  own: OwnIdentity,
  events: EventSink,
): ServiceSecurity {
  const { swarmId, tlsDir, tlsReloadMs, insecure } = config;
  if (tlsDir === undefined) return { options: { insecure }, close: () => undefined };
  const field = "ENTRAIN_TLS_DIR";
  const tls = openTlsFiles({
    folder: tlsDir,
    field,
    swarmId,
    ...own,
    everyMs: tlsReloadMs,
    timers: systemTimers,
    events,
  });
  return { options: { tls, insecure }, close: () => tls.close() };
}
