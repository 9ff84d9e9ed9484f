/**
 * The operators' door of a service: /healthz, /readyz, /metrics, and /watches where it serves watches of the context.
 *
 * `/healthz` is 200 as long as the event loop turns and asks nobody else: an orchestrator that restarts a process
 * because Redis is away makes an outage worse (M1). `/readyz` is the service's own judgement. The server is bounded
 * in connections, header size and time, so that a slow or hostile client costs a connection and nothing more.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Registry } from "prom-client";
import { EntrainError } from "@entrain/kernel";
import { baseUrlOf, listenError, type ListenAddress } from "./listening.ts";

/** Whether the service takes work, and if not, why. */
export interface Readiness {
  readonly ok: boolean;
  readonly reason?: string | undefined;
}

/** What an ops server is made of. */
export interface OpsServerOptions {
  readonly listen: ListenAddress;
  readonly registry: Registry;
  /** Asked at each request; one that throws is not ready. */
  readonly ready: () => Readiness;
  /** The watches of the shared document that the service serves (default: there is no /watches). */
  readonly watches?: () => readonly object[];
  /** Name of the service, in the answers. */
  readonly name: string;
}

/** A server that is not listening yet. */
export interface OpsServer {
  /**
   * Opens the port; resolves with `url`.
   * @throws EntrainError `invalid-config` where the address cannot be had.
   */
  listen(): Promise<string>;
  /** Base URL; a wildcard host is shown as loopback. Only after `listen`. */
  readonly url: string;
  /** The port that is open. Only after `listen`. */
  readonly port: number;
  /** Answers what is under way, for a second at most, then closes every connection; idempotent. */
  close(): Promise<void>;
}

const connectionsMax = 256;
const closeWithinMs = 1_000;
const limits = {
  maxHeaderSize: 8_192,
  headersTimeout: 3_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};

/** The server; nothing is opened before `listen`. */
export function createOpsServer(options: OpsServerOptions): OpsServer {
  const server = createServer(limits, (request, response) => {
    answer(options, request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else problem(response, 500, "Internal Server Error", "the answer could not be made");
    });
  });
  server.maxConnections = connectionsMax;
  let closing: Promise<void> | undefined;

  function port(): number {
    const address = server.address() as AddressInfo | null;
    if (address === null) throw new EntrainError("internal", "the ops server has no address: it is not listening");
    return address.port;
  }

  const url = (): string => baseUrlOf(options.listen.host, port());

  return {
    async listen() {
      await open(server, options.listen);
      return url();
    },
    get url() {
      return url();
    },
    get port() {
      return port();
    },
    close() {
      return (closing ??= shut(server));
    },
  };
}

/** Listens, or says in one sentence why not. */
function open(server: Server, listen: ListenAddress): Promise<void> {
  const { host, port } = listen;
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      reject(listenError(error, listen));
    };
    server.once("error", onError);
    server.listen({ host, port, backlog: 64 }, () => {
      server.off("error", onError);
      resolve();
    });
  });
}

function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => {
      server.closeAllConnections();
    }, closeWithinMs);
    // The only error is that it was not listening, and then it is closed.
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}

async function answer(options: OpsServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0];
  const routes = ["/healthz", "/readyz", "/metrics", ...(options.watches === undefined ? [] : ["/watches"])];
  const route = routes.find((known) => known === path);
  response.setHeader("cache-control", "no-store");
  // Whatever a client sends along is not read: the connection ends with the answer.
  if (request.headers["content-length"] !== undefined || request.headers["transfer-encoding"] !== undefined)
    response.setHeader("connection", "close");
  if (route === undefined) {
    problem(response, 404, "Not Found", `there are ${routes.join(", ")}`);
    return;
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    problem(response, 405, "Method Not Allowed", `${route} answers GET and HEAD`);
    return;
  }
  switch (route) {
    case "/healthz":
      json(response, 200, { status: "ok", name: options.name });
      return;
    case "/readyz": {
      const { ok, reason } = judge(options.ready);
      json(response, ok ? 200 : 503, { ready: ok, name: options.name, reason: ok ? null : (reason ?? "not ready") });
      return;
    }
    case "/metrics": {
      const text = await options.registry.metrics();
      send(response, 200, options.registry.contentType, text);
      return;
    }
    case "/watches":
      json(response, 200, { watches: options.watches?.() ?? [] });
  }
}

function judge(ready: () => Readiness): Readiness {
  try {
    return ready();
  } catch (thrown) {
    return { ok: false, reason: `readiness cannot be judged: ${EntrainError.from(thrown).message}` };
  }
}

/** RFC 9457. */
function problem(response: ServerResponse, status: number, title: string, detail: string): void {
  const body = JSON.stringify({ type: "about:blank", title, status, detail });
  send(response, status, "application/problem+json", body);
}

function json(response: ServerResponse, status: number, body: Readonly<Record<string, unknown>>): void {
  send(response, status, "application/json; charset=utf-8", JSON.stringify(body));
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { "content-type": contentType, "content-length": Buffer.byteLength(body) });
  // To a HEAD request Node sends the headers alone.
  response.end(body);
}
