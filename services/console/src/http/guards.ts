/** What is checked before a body is read: path, method, origin, room. */
import type { FastifyInstance, HTTPMethods } from "fastify";
import { EntrainError } from "@entrain/kernel";
import type { ApiContext } from "./api-context.ts";
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
}

/** Adds the guards, and the reporting of what was answered. */
export function addGuards(app: FastifyInstance, { clock, events }: ApiContext): void {
  let underWay = 0;
  app.addHook("onRequest", async (request, reply) => {
    void reply.headers(headers);
    const startedMs = clock.monoMs();
    if (request.routeOptions.config.endless) return;
    underWay += 1;
    // Once for every outcome: answered, refused, or left by its caller.
    reply.raw.once("close", () => {
      underWay -= 1;
      const route = request.is404 ? "unknown" : (request.routeOptions.url ?? "unknown");
      const { statusCode } = reply.raw;
      const durationMs = clock.monoMs() - startedMs;
      events({ kind: "http.answered", method: request.method, route, status: statusCode, durationMs });
    });
    // Here, so that the body of a request that leads nowhere is not even read.
    if (request.is404) return sendProblem(reply, problem(404, `there is nothing at ${request.url}`));
    if (!safeMethods.has(request.method)) refuseOtherOrigins(request.headers.origin, request.headers.host);
    if (underWay > underWayMax)
      throw new EntrainError("unavailable", `${underWayMax} requests are under way: try again later`);
  });
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

/** A page of another site may send a form to the console; its browser says where from (RFC 6454). */
function refuseOtherOrigins(origin: string | undefined, host: string | undefined): void {
  if (origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)) return;
  throw new EntrainError(
    "permission-denied",
    `pages of ${origin} may not change this swarm: call from the console's own`,
  );
}
