/**
 * The listening socket of a gRPC server. It is ours, not gRPC's, so that a port in use gives one clear sentence, the
 * number of connections is bounded, and nothing is left open after a stop.
 */
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { Server, ServerCredentials } from "@grpc/grpc-js";
import { EntrainError } from "@entrain/kernel";
import { formatAddress, type HostPort } from "./listen-address.ts";

/** Connections that are held at once. */
const connectionsMax = 4_096;

/** A socket that listens. */
export interface Listener {
  /** Where it listens, with the port that the system chose. */
  readonly address: HostPort;
  /** Takes no further connections. */
  stop(): void;
  /** Resolves when it was stopped and every connection has ended. */
  readonly ended: Promise<void>;
  /** Cuts every connection; resolves when the port is free. */
  close(): Promise<void>;
}

/**
 * Listens for `server`.
 * @throws EntrainError `invalid-config` where the address cannot be listened on, or the certificates cannot be used.
 */
export async function listen(server: Server, credentials: ServerCredentials, wanted: HostPort): Promise<Listener> {
  const injector = server.createConnectionInjector(credentials);
  const sockets = new Set<Socket>();
  const listening = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // gRPC handles what matters of it; without a listener it would end the process.
    socket.on("error", () => undefined);
    injector.injectConnection(socket);
  });
  listening.maxConnections = connectionsMax;
  await new Promise<void>((resolve, reject) => {
    listening.once("error", (error: NodeJS.ErrnoException) => reject(cannotListen(wanted, error)));
    listening.listen({ host: wanted.host, port: wanted.port }, resolve);
  });
  const ended = new Promise<void>((resolve) => {
    listening.once("close", resolve);
  });
  listening.on("error", () => undefined);
  // A TCP server's address is no text, and there is one while it listens.
  const { address, port } = listening.address() as AddressInfo;
  return {
    address: { host: address, port },
    stop: () => listening.close(),
    ended,
    close() {
      listening.close();
      for (const socket of sockets) socket.destroy();
      return ended;
    },
  };
}

const remedies: Readonly<Record<string, string>> = {
  EADDRINUSE: "another process listens there; choose another port, or 0 for a free one",
  EADDRNOTAVAIL: "this machine has no such address; choose one of its own, or 127.0.0.1",
  EACCES: "this user may not listen there; choose a port from 1024 on",
  ENOTFOUND: "no such host is known; choose an address of this machine",
};

function cannotListen(wanted: HostPort, error: NodeJS.ErrnoException): EntrainError {
  const remedy = remedies[error.code ?? ""] ?? error.message;
  const value = formatAddress(wanted);
  return new EntrainError("invalid-config", `listen is ${value}: ${remedy}`, {
    field: "listen",
    value,
    remedy,
    cause: error,
  });
}
