/** Asks whether anybody listens at an address (L5): only a refusal says that nobody does, silence says nothing. */
import { connect } from "node:net";
import { parseAddress } from "./listen-address.ts";

/** What a probe found: nobody listens there, somebody does, or it is not known. */
export type ProbeOutcome = "refused" | "open" | "silent";

/**
 * Opens a connection and closes it at once; takes `timeoutMs` at most, and never rejects.
 * @param address host:port; anything else is `silent`
 */
export function probeAddress(address: string, timeoutMs: number): Promise<ProbeOutcome> {
  const { promise, resolve } = Promise.withResolvers<ProbeOutcome>();
  let target;
  try {
    target = parseAddress("address", address);
  } catch {
    return Promise.resolve("silent");
  }
  const socket = connect(target);
  const timer = setTimeout(() => {
    resolve("silent");
  }, timeoutMs).unref();
  socket.once("connect", () => {
    resolve("open");
  });
  // The listener stays: a socket that is destroyed may still report errors.
  socket.on("error", (error: NodeJS.ErrnoException) => {
    resolve(error.code === "ECONNREFUSED" ? "refused" : "silent");
  });
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}
