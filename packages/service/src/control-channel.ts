/**
 * The service's end of the control channel (see control-message.ts). A service without a supervisor has none and lives
 * by signals alone.
 */
import { Socket } from "node:net";
import { formatControlLine, type ReadyMessage } from "./control-message.ts";

/** The channel to the supervisor. */
export interface ControlChannel {
  /** Tells the supervisor that the service is ready. */
  sayReady(message: Omit<ReadyMessage, "kind" | "pid">): void;
  /** Aborts when the supervisor has closed its end or died: the service ends then, as on SIGTERM. */
  readonly closed: AbortSignal;
  /** Lets go of the channel, so that it does not keep the process alive. */
  close(): void;
}

/**
 * Opens the channel on a descriptor that the supervisor passed on.
 * @param fd what ENTRAIN_CONTROL_FD says, 3 or above
 */
export function openControlChannel(fd: number): ControlChannel {
  const closed = new AbortController();
  const socket = new Socket({ fd, readable: true, writable: true });
  const end = () => closed.abort();
  socket.on("end", end);
  socket.on("close", end);
  // A broken channel is a closed one.
  socket.on("error", end);
  socket.resume();
  return {
    sayReady: (message) => socket.write(formatControlLine({ kind: "ready", ...message, pid: process.pid })),
    closed: closed.signal,
    close: () => {
      socket.destroy();
    },
  };
}
