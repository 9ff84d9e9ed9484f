/** What is checked before a body is read: path, who is calling, method, origin, room. */
import { isIP } from "node:net";
import type { FastifyInstance, FastifyRequest, HTTPMethods } from "fastify";
import { EntrainError } from "@entrain/kernel";
import type { Access, Caller } from "./access.ts";
import type { ApiContext } from "./api-context.ts";
import { auditEntry } from "./audit.ts";
import type { Problem } from "../contract/requests.ts";
import { problem, sendProblem } from "./problem.ts";

/** Requests under way at once, event streams aside. Callers on the same host always have room for 200. */
const underWayMax = 512;
const safeMethods = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

/** Headers of every answer: an API has no business in a frame, a cache or a sniffer. */
const headers = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

declare module "fastify" {
  interface FastifyContextConfig {
    /** The answer ends when its caller goes. */
    readonly endless?: true;
  }
  interface FastifyRequest {
    /** Who was let in; undefined where nobody is asked. */
    caller: Caller | undefined;
  }
}

/** What is answered only to those that may look. The page itself, the API's description and the probes are not. */
const guarded = /^\/(api\/v1\/|metrics$)/;

/** Adds the guards, and the reporting of what was answered. */
export function addGuards(app: FastifyInstance, { clock, events, access, audit }: ApiContext): void {
  let underWay = 0;
  app.decorateRequest("caller", undefined);
  app.addHook("onRequest", async (request, reply) => {
    void reply.headers(headers);
    const startedMs = clock.monoMs();
    const changes = !safeMethods.has(request.method);
    if (request.routeOptions.config.endless) {
      const refusal = admit(access, request, changes);
      return refusal === undefined ? undefined : sendProblem(reply.header("www-authenticate", challenge), refusal);
    }
    underWay += 1;
    // Once for every outcome: answered, refused, or left by its caller.
    reply.raw.once("close", () => {
      underWay -= 1;
      const route = request.is404 ? "unknown" : (request.routeOptions.url ?? "unknown");
      const { statusCode } = reply.raw;
      const durationMs = clock.monoMs() - startedMs;
      events({ kind: "http.answered", method: request.method, route, status: statusCode, durationMs });
      const entry = changes && auditEntry(request, reply.raw.headersSent ? statusCode : null, durationMs);
      if (entry) audit(entry);
    });
    // Here, so that the body of a request that leads nowhere is not even read.
    if (request.is404) return sendProblem(reply, problem(404, `there is nothing at ${request.url}`));
    const refusal = admit(access, request, changes);
    if (refusal !== undefined) return sendProblem(reply.header("www-authenticate", challenge), refusal);
    if (changes) refuseOtherOrigins(request);
    if ((request.headers["content-encoding"] ?? "identity") !== "identity")
      return sendProblem(reply, problem(415, "send the body as it is: nothing is unpacked here (Content-Encoding)"));
    if (underWay > underWayMax)
      throw new EntrainError("unavailable", `${underWayMax} requests are under way: try again later`);
  });
}

const challenge = 'Bearer realm="entrain"';

/** Lets the caller in, or says why not. */
function admit(access: Access, request: FastifyRequest, changes: boolean): Problem | undefined {
  if (!guarded.test(request.routeOptions.url ?? "")) return undefined;
  const caller = access(request.headers.authorization);
  if (typeof caller === "string") return problem(401, caller);
  if (changes && caller.role === "viewer")
    return problem(
      403,
      `${caller.name ?? "who brings no token"} may look, and change nothing: bring an operator's token`,
    );
  request.caller = caller;
  return undefined;
}

/**
 * Answers 405 with `Allow` where a path exists but not with this method.
 * @returns to be called once all routes are there
 */
export function addMethodGuard(app: FastifyInstance): () => void {
  const methodsOf = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ url, method }) => {
    const known = methodsOf.get(url) ?? new Set();
    for (const one of [method].flat()) known.add(one);
    methodsOf.set(url, known);
  });
  return () => {
    for (const [url, methods] of [...methodsOf]) {
      const allow = [...methods].sort().join(", ");
      const method = app.supportedMethods.filter((candidate) => !methods.has(candidate)) as HTTPMethods[];
      app.route({
        method,
        url,
        schema: { hide: true },
        onRequest: (request, reply) => {
          void reply.header("allow", allow);
          const detail = `${request.method} is no method of ${url}: it knows ${allow}`;
          return Promise.resolve(sendProblem(reply, problem(405, detail)));
        },
        handler: () => undefined,
      });
    }
  };
}

/**
 * A page of another site may send a form to the console; its browser says where from (RFC 6454). A site may also let its
 * own name lead here, and be its own origin then: who brings no token is believed only under an address or a bare name.
 */
function refuseOtherOrigins({ caller, headers: { origin, host = "" } }: FastifyRequest): void {
  if (origin === undefined) return;
  const own = URL.canParse(origin) && new URL(origin).host === host;
  if (!own)
    throw new EntrainError(
      "permission-denied",
      `pages of ${origin} may not change this swarm: call from the console's own`,
    );
  const { hostname } = new URL(origin);
  if (caller?.name !== undefined || isIP(hostname.replace(/^\[|\]$/g, "")) !== 0 || !hostname.includes(".")) return;
  throw new EntrainError(
    "permission-denied",
    `pages under a name such as ${hostname} may change this swarm only with a token (docs/security.md)`,
  );
}
