/**
 * The listening socket of a gRPC server. It is ours, not gRPC's, so that a port in use gives one clear sentence, what it
 * holds is bounded, certificates are exchanged under way, and nothing is left open after a stop.
 *
 * Order of effects on a connection: counted among those that are opening; TLS handshake; the certificate is of our
 * authority, valid, and an identity of our swarm; then, and not before, gRPC sees it. So who shakes no hands, or the
 * wrong ones, costs a socket for as long as a handshake may take, and of these only so many: beyond that the oldest goes.
 */
import { createServer, type AddressInfo, type Server as NetServer, type Socket } from "node:net";
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from "node:tls";
import { ServerCredentials, type Server } from "@grpc/grpc-js";
import { EntrainError } from "@entrain/kernel";
import type { EventSink } from "@entrain/ports";
import { materialOptions, serverTls, type Security } from "./credentials.ts";
import { formatAddress, type HostPort } from "./listen-address.ts";
import { identityOf } from "./peer-identity.ts";
import { createRefusals, type Refusals } from "./refusals.ts";
import { materialOf, onMaterialChange } from "./tls-material.ts";

/** Why; the closed list of a metric's label. */
type RefusalReason = "handshake" | "no-certificate" | "expired" | "authority" | "identity" | "crowded";

/** Connections that are held at once. */
const connectionsMax = 4_096;
/** Handshakes under way at once. */
const openingMax = 512;
/** Connections that the system may hold until they are accepted. */
const backlogMax = 2_048;

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

/** What a listener needs. */
export interface ListenerOptions {
  readonly server: Server;
  readonly security: Security;
  readonly wanted: HostPort;
  readonly swarmId: string;
  readonly events: EventSink;
}

/**
 * Listens for `server`.
 * @throws EntrainError `invalid-config` where the address cannot be listened on, or the certificates cannot be used.
 */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const { server, wanted, events } = options;
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = new Set<Socket>();
  const refused = createRefusals<RefusalReason>((refusal) => events({ kind: "connections.refused", ...refusal }));
  const admit = (socket: Socket): void => injector.injectConnection(socket);
  const listening = serverFor(options, refused, admit);
  listening.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // gRPC handles what matters of it; without a listener it would end the process.
    socket.on("error", () => undefined);
  });
  listening.on("drop", () => refused.add("crowded", `${connectionsMax} connections are open`));
  listening.maxConnections = connectionsMax;
  await new Promise<void>((resolve, reject) => {
    listening.once("error", (error: NodeJS.ErrnoException) => reject(cannotListen(wanted, error)));
    listening.listen({ host: wanted.host, port: wanted.port, backlog: backlogMax }, resolve);
  });
  const ended = new Promise<void>((resolve) => {
    listening.once("close", () => {
      refused.close();
      resolve();
    });
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

/** The server that hands on to `admit` whoever may speak. */
function serverFor(
  { security, wanted, swarmId }: ListenerOptions,
  refused: Refusals<RefusalReason>,
  admit: (socket: Socket) => void,
): NetServer {
  const options = serverTls(security, wanted.host);
  if (options === undefined) return createServer().on("connection", admit);
  const secure = createTlsServer(options);
  watchHandshakes(secure, refused);
  secure.on("secureConnection", (socket: TLSSocket) => {
    socket.on("error", () => undefined);
    if (trusted(socket, swarmId, refused)) admit(socket);
    else socket.destroy();
  });
  const { tls } = security;
  if (tls !== undefined) {
    const unsubscribe = onMaterialChange(tls, () => secure.setSecureContext(materialOptions(materialOf(tls))));
    secure.once("close", unsubscribe);
  }
  return secure;
}

/** Counts handshakes that fail; of too many under way the oldest gives way, so that whoever comes next has room. */
function watchHandshakes(secure: TlsServer, refused: Refusals<RefusalReason>): void {
  const opening = new Map<string, Socket>();
  let sentAway = 0;
  const placeOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
  secure.on("connection", (socket: Socket) => {
    const place = placeOf(socket);
    const [oldest] = opening;
    if (opening.size >= openingMax && oldest !== undefined) {
      refused.add("crowded", `${openingMax} handshakes are under way`);
      // It is gone from the count at once: its socket closes later.
      opening.delete(oldest[0]);
      sentAway += 1;
      oldest[1].destroy();
    }
    opening.set(place, socket);
    socket.on("close", () => {
      // The system gives a port to the next one before this one's end is told.
      if (opening.get(place) === socket) opening.delete(place);
    });
  });
  secure.on("secureConnection", (socket: TLSSocket) => opening.delete(placeOf(socket)));
  secure.on("tlsClientError", (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    // After a handshake that took too long Node leaves the socket open.
    socket.destroy();
    // Who was sent away above is counted already.
    if (sentAway > 0 && error.code === "ECONNRESET") sentAway -= 1;
    else refused.add("handshake", error.message);
  });
}

/** True where the certificate is one of ours. */
function trusted(socket: TLSSocket, swarmId: string, refused: Refusals<RefusalReason>): boolean {
  const certificate = socket.getPeerCertificate();
  if (!socket.authorized) {
    // With a client's certificate Node tells its code here, whatever the type says.
    const code = String(socket.authorizationError);
    const none = Object.keys(certificate).length === 0;
    refused.add(none ? "no-certificate" : code === "CERT_HAS_EXPIRED" ? "expired" : "authority", code);
    return false;
  }
  try {
    identityOf(certificate, swarmId);
    return true;
  } catch (thrown) {
    refused.add("identity", EntrainError.from(thrown).message);
    return false;
  }
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
