/**
 * Whether a server that cut a TLS connection wants a certificate of the client's. In TLS 1.3 it says so after the handshake
 * (RFC 8446, 4.4.2.4), when a client has mostly written its first command already; to that the server's side answers with a
 * reset, and the alert is lost. So the question is asked again on a connection on which nothing is written.
 */
import { connect, type ConnectionOptions } from "node:tls";
import type { Timers } from "@entrain/ports";
import type { Endpoint } from "./endpoint.ts";
import { asksForCertificate } from "./failures.ts";

/** Longest wait for the server's alert, ms: it comes right after the handshake. */
const waitMs = 1_000;

/** True where the server refuses the handshake because no certificate was shown; false where it does not say so in time. */
export function isCertificateDemanded(
  options: Endpoint["options"],
  timers: Timers,
  signal: AbortSignal,
): Promise<boolean> {
  const { tls, host, port } = options;
  if (tls === undefined || port === undefined || tls.cert !== undefined || tls.pfx !== undefined)
    return Promise.resolve(false);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ ...tls, ...(host === undefined ? {} : { host }), port } satisfies ConnectionOptions);
  const close = (): void => {
    socket.destroy();
  };
  const callOff = timers.after(waitMs, close);
  signal.addEventListener("abort", close, { once: true });
  socket.once("error", (fault) => {
    resolve(asksForCertificate(fault));
  });
  socket.once("close", () => {
    callOff();
    signal.removeEventListener("abort", close);
    resolve(false);
  });
  // Without a reader the alert is never read.
  socket.resume();
  return promise;
}
