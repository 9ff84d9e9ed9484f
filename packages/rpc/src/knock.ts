/**
 * Looks whether somebody answers at an address before gRPC is asked to connect. gRPC's attempts cannot be called off:
 * one at a host that swallows packets, or at a process that is paused, holds its socket for minutes. A knock is
 * ours to end.
 */
import { connect } from "node:http2";
import { EntrainError } from "@entrain/kernel";
import { sessionCredentials, type Security } from "./credentials.ts";

/**
 * Resolves once the peer has answered as an HTTP/2 server within `timeoutMs`.
 * @throws EntrainError `unavailable`; `cancelled` where the signal aborts.
 */
export function knock(address: string, security: Security, timeoutMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const scheme = security.tls === undefined ? "http" : "https";
  const session = connect(`${scheme}://${address}`, sessionCredentials(security));
  const fail = (reason: string): void => reject(new EntrainError("unavailable", `${address}: ${reason}`));
  const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
  const onAbort = (): void => reject(new EntrainError("cancelled", `${address}: no longer wanted`));
  signal.addEventListener("abort", onAbort);
  session.once("remoteSettings", () => resolve(undefined));
  // The listeners stay: a session that is destroyed may still report errors.
  session.on("error", (error: Error) => fail(error.message));
  session.on("close", () => fail("closed"));
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    session.destroy();
  });
}
