/**
 * Who may talk to whom: TLS with certificates on both sides, or, said explicitly, none. The one place that makes
 * credentials. A server refuses to listen where others can reach it without TLS, unless it is told so.
 */
import { ChannelCredentials, ServerCredentials } from "@grpc/grpc-js";
import type { SecureClientSessionOptions } from "node:http2";
import { createSecureContext } from "node:tls";
import { EntrainError } from "@entrain/kernel";
import { isLoopback } from "./listen-address.ts";

/** One's own certificate and key, and the authority that signs the peers' certificates; PEM. */
export interface TlsMaterial {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** How connections are protected. */
export interface Security {
  /** TLS on both sides: peers show a certificate of the same authority. */
  readonly tls?: TlsMaterial | undefined;
  /** True: without TLS, also beyond loopback. */
  readonly insecure: boolean;
}

/**
 * @throws EntrainError `invalid-config` where TLS is missing on an address that others can reach, where TLS and
 * `insecure` contradict each other, or where the certificates cannot be read.
 */
export function serverCredentials(security: Security, host: string): ServerCredentials {
  const { tls, insecure } = checked(security);
  if (tls !== undefined)
    return readable(tls, () =>
      ServerCredentials.createSsl(
        Buffer.from(tls.ca),
        [{ private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) }],
        true,
      ),
    );
  if (insecure || isLoopback(host)) return ServerCredentials.createInsecure();
  throw new EntrainError(
    "invalid-config",
    `listen is ${host}, which others can reach, and there is no TLS: give certificates, or say insecure explicitly`,
    { field: "listen", value: host, remedy: "give certificates, or say insecure explicitly" },
  );
}

/** @throws EntrainError `invalid-config` as above; without TLS it calls in the clear. */
export function channelCredentials(security: Security): ChannelCredentials {
  const { tls } = checked(security);
  if (tls === undefined) return ChannelCredentials.createInsecure();
  return readable(tls, () =>
    ChannelCredentials.createSsl(Buffer.from(tls.ca), Buffer.from(tls.key), Buffer.from(tls.cert)),
  );
}

/** The same for a bare HTTP/2 connection. */
export function sessionCredentials({ tls }: Security): SecureClientSessionOptions {
  return tls === undefined ? {} : { ca: tls.ca, cert: tls.cert, key: tls.key };
}

function checked(security: Security): Security {
  if (security.tls === undefined || !security.insecure) return security;
  throw new EntrainError("invalid-config", "tls and insecure are both given: leave one of them out", {
    field: "insecure",
    value: true,
    remedy: "leave one of them out",
  });
}

/** gRPC looks into the certificates only when it connects or listens; a wrong file is to be known at once. */
function readable<Credentials>(tls: TlsMaterial, make: () => Credentials): Credentials {
  try {
    createSecureContext({ ca: tls.ca, cert: tls.cert, key: tls.key });
    return make();
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new EntrainError("invalid-config", `tls cannot be used (${reason}): give ca, cert and key as PEM`, {
      field: "tls",
      remedy: "give ca, cert and key as PEM",
      cause: thrown,
    });
  }
}
