/**
 * Requests of the API as spans: within what the caller is in, where its `traceparent` says so, and the cause of what the route does.
 * Event streams last, and probes are noise: neither is a span.
 */
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Span } from "@opentelemetry/api";
import type { FastifyInstance, FastifyRequest } from "fastify";

const untraced = new Set(["/api/v1/events", "/api/openapi.json"]);

/** Adds the hooks. */
export function addRequestTracing(app: FastifyInstance): void {
  const spans = new WeakMap<FastifyRequest, Span>();
  app.addHook("onRequest", (request, _reply, done) => {
    const { url: route = "" } = request.routeOptions;
    if (!route.startsWith("/api/") || untraced.has(route)) {
      done();
      return;
    }
    const under = propagation.extract(ROOT_CONTEXT, request.headers);
    const attributes = { "http.request.method": request.method, "http.route": route };
    const name = `${request.method} ${route}`;
    spans.set(request, trace.getTracer("entrain").startSpan(name, { kind: SpanKind.SERVER, attributes }, under));
    done();
  });
  // The body has arrived by events of the socket, which know nothing of the span: from here on it is active.
  app.addHook("preHandler", (request, _reply, done) => {
    const span = spans.get(request);
    if (span === undefined) done();
    else context.with(trace.setSpan(ROOT_CONTEXT, span), done);
  });
  app.addHook("onResponse", (request, { statusCode }, done) => {
    const span = spans.get(request);
    span?.setAttribute("http.response.status_code", statusCode);
    if (statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
    done();
  });
}
