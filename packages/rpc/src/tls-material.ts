/**
 * Certificates in use: fixed texts, or a source that changes while the process runs. Whoever opens a connection asks for
 * the present material; whoever keeps one for long is told when it changes.
 */
import { createSecureContext } from "node:tls";
import { EntrainError } from "@entrain/kernel";
import type { Unsubscribe } from "@entrain/ports";

/** One's own certificate and key, and the authority that signs the peers' certificates; PEM. */
export interface TlsMaterial {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Material that is replaced while it is in use. */
export interface TlsSource {
  current(): TlsMaterial;
  onChange(listener: () => void): Unsubscribe;
}

/** What is in force now. */
export function materialOf(tls: TlsMaterial | TlsSource): TlsMaterial {
  return "current" in tls ? tls.current() : tls;
}

/** Hears of every change; fixed material never changes. */
export function onMaterialChange(tls: TlsMaterial | TlsSource, listener: () => void): Unsubscribe {
  return "current" in tls ? tls.onChange(listener) : () => undefined;
}

/**
 * Looks into the texts at once: gRPC would only when it connects.
 * @throws EntrainError `invalid-config` where they are no PEM, or the key is another certificate's.
 */
export function checkMaterial(material: TlsMaterial): TlsMaterial {
  try {
    createSecureContext({ ca: material.ca, cert: material.cert, key: material.key });
    return material;
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new EntrainError("invalid-config", `tls cannot be used (${reason}): give ca, cert and key as PEM`, {
      field: "tls",
      remedy: "give ca, cert and key as PEM",
      cause: thrown,
    });
  }
}
