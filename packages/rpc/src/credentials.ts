/**
 * Who may talk to whom: TLS 1.3 with certificates on both sides, or, said explicitly, none. The one place that makes
 * what connections are protected with. A server refuses to listen where others can reach it without TLS, unless it is
 * told so.
 */
import type { SecureClientSessionOptions } from "node:http2";
import type { PeerCertificate, TlsOptions } from "node:tls";
import { ChannelCredentials } from "@grpc/grpc-js";
import { EntrainError } from "@entrain/kernel";
import { isLoopback } from "./listen-address.ts";
import { identityOf, peerOf, unidentifiedPeer, type Peer, type ServiceRole } from "./peer-identity.ts";
import { checkMaterial, materialOf, type TlsMaterial, type TlsSource } from "./tls-material.ts";

/** How connections are protected. */
export interface Security {
  /** TLS on both sides: peers show a certificate of the same authority, which says who they are. */
  readonly tls?: TlsMaterial | TlsSource | undefined;
  /** True: without TLS, also beyond loopback. */
  readonly insecure: boolean;
}

/** Whom a caller means to reach. */
export interface Callee {
  readonly swarmId: string;
  readonly role: ServiceRole;
}

/** How long a client may take over its handshake, ms. */
const handshakeMs = 5_000;

/**
 * What a TLS server is made with; undefined: it serves in the clear. Whether a client's certificate will do is for the
 * server to look at (listener.ts): so a refusal has a reason.
 * @throws EntrainError `invalid-config` where TLS is missing on an address that others can reach, where TLS and
 * `insecure` contradict each other, or where the certificates cannot be read.
 */
export function serverTls(security: Security, host: string): TlsOptions | undefined {
  const { tls, insecure } = checkSecurity(security);
  if (tls !== undefined)
    return {
      ...materialOptions(checkMaterial(materialOf(tls))),
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: "TLSv1.3",
      ALPNProtocols: ["h2"],
      handshakeTimeout: handshakeMs,
    };
  if (insecure || isLoopback(host)) return undefined;
  throw new EntrainError(
    "invalid-config",
    `listen is ${host}, which others can reach, and there is no TLS: give certificates, or say insecure explicitly`,
    { field: "listen", value: host, remedy: "give certificates, or say insecure explicitly" },
  );
}

/**
 * For one connection to `callee`; `onPeer` hears who answered, or why it is not the one that was meant.
 * @throws EntrainError `invalid-config` as above; without TLS it calls in the clear.
 */
export function channelCredentials(
  security: Security,
  callee: Callee,
  onPeer: (peer: Peer | EntrainError) => void,
): ChannelCredentials {
  const { tls } = checkSecurity(security);
  if (tls === undefined) {
    onPeer(unidentifiedPeer);
    return ChannelCredentials.createInsecure();
  }
  const { ca, cert, key } = checkMaterial(materialOf(tls));
  return ChannelCredentials.createSsl(Buffer.from(ca), Buffer.from(key), Buffer.from(cert), {
    checkServerIdentity: (_host, certificate) => {
      const peer = calleePeer(certificate, callee);
      onPeer(peer);
      return peer instanceof EntrainError ? peer : undefined;
    },
  });
}

/** For a bare HTTP/2 connection that looks whether somebody is there: any holder of a trusted certificate will do. */
export function sessionCredentials({ tls }: Security): SecureClientSessionOptions {
  if (tls === undefined) return {};
  return { ...materialOptions(materialOf(tls)), checkServerIdentity: () => undefined };
}

/** The part of a TLS server's or client's options that changes with the certificates. */
export function materialOptions({ ca, cert, key }: TlsMaterial): { ca: string; cert: string; key: string } {
  return { ca, cert, key };
}

/** @throws EntrainError `invalid-config` where TLS and `insecure` contradict each other. */
function checkSecurity(security: Security): Security {
  if (security.tls === undefined || !security.insecure) return security;
  throw new EntrainError("invalid-config", "tls and insecure are both given: leave one of them out", {
    field: "insecure",
    value: true,
    remedy: "leave one of them out",
  });
}

function calleePeer(certificate: PeerCertificate, { swarmId, role }: Callee): Peer | EntrainError {
  try {
    const peer = peerOf(identityOf(certificate, swarmId));
    if (peer.role === role) return peer;
    return new EntrainError("permission-denied", `who answers has a certificate of role ${peer.role}, not ${role}`);
  } catch (thrown) {
    return EntrainError.from(thrown);
  }
}
