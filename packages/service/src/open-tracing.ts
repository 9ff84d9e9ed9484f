/**
 * Traces of a service process, sent by OTLP over HTTP where OpenTelemetry's own variables say where to: without
 * OTEL_EXPORTER_OTLP_ENDPOINT (or …_TRACES_ENDPOINT) nothing is loaded and nothing recorded. See docs/adr/0015-traces.md.
 *
 * Spans wait in a bounded queue and are dropped where it is full: whoever receives them never holds the service up.
 */
import { context, propagation, trace } from "@opentelemetry/api";
import type * as Sdk from "@opentelemetry/sdk-trace";
import { EntrainError } from "@entrain/kernel";

/** Traces that are being sent. */
export interface ServiceTracing {
  /** Sends what waits, for 2 s at most. Never rejects. */
  close(): Promise<void>;
}

/** How long the last spans may take to be sent, ms. */
const flushMs = 2_000;

const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;
type SamplerName = (typeof samplers)[number];

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Begins to record where the environment wants it.
 * @throws EntrainError `invalid-config` that names the variable
 */
export async function openTracing(service: string, env: Env): Promise<ServiceTracing> {
  if (!isWanted(env)) return { close: () => Promise.resolve() };
  const [{ AsyncLocalStorageContextManager }, { W3CTraceContextPropagator }, resources, sdk, { OTLPTraceExporter }] =
    await Promise.all([
      import("@opentelemetry/context-async-hooks"),
      import("@opentelemetry/core"),
      import("@opentelemetry/resources"),
      import("@opentelemetry/sdk-trace"),
      import("@opentelemetry/exporter-trace-otlp-http"),
    ]);
  const own = resources.resourceFromAttributes({
    "service.name": `entrain-${service}`,
    "service.namespace": "entrain",
    "process.pid": process.pid,
  });
  const said = resources.detectResources({
    detectors: [resources.resourceAttributesEnvDetector, resources.serviceNameEnvDetector],
  });
  const provider = new sdk.TracerProvider({
    resource: resources.defaultResource().merge(own).merge(said),
    sampler: samplerOf(sdk, env),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return {
    close: () =>
      Promise.race([
        provider.shutdown().catch(() => undefined),
        new Promise<void>((resolve) => void setTimeout(resolve, flushMs).unref()),
      ]),
  };
}

function isWanted(env: Env): boolean {
  const { OTEL_SDK_DISABLED: disabled, OTEL_TRACES_EXPORTER: exporter = "otlp" } = env;
  if (exporter !== "otlp" && exporter !== "none") throw invalid("OTEL_TRACES_EXPORTER", exporter, "use otlp or none");
  const endpoint = env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] ?? env["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? "";
  if (disabled?.toLowerCase() === "true" || exporter === "none" || endpoint === "") return false;
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? ""))
    throw invalid("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint, "write a URL: http://host:4318");
  return true;
}

function samplerOf(sdk: typeof Sdk, env: Env): Sdk.Sampler {
  const name = env["OTEL_TRACES_SAMPLER"] ?? "parentbased_always_on";
  if (!samplers.includes(name as SamplerName)) throw invalid("OTEL_TRACES_SAMPLER", name, `use ${samplers.join(", ")}`);
  const ratio = Number(env["OTEL_TRACES_SAMPLER_ARG"] ?? "1");
  if (!(ratio >= 0 && ratio <= 1))
    throw invalid("OTEL_TRACES_SAMPLER_ARG", env["OTEL_TRACES_SAMPLER_ARG"], "give a number from 0 to 1");
  const root = name.endsWith("ratio")
    ? new sdk.TraceIdRatioBasedSampler(ratio)
    : name.endsWith("on")
      ? new sdk.AlwaysOnSampler()
      : new sdk.AlwaysOffSampler();
  return name.startsWith("parentbased") ? new sdk.ParentBasedSampler({ root }) : root;
}

function invalid(field: string, value: unknown, remedy: string): EntrainError {
  const message = `${field} is ${JSON.stringify(value)}: ${remedy}`;
  return new EntrainError("invalid-config", message, { field, value, remedy });
}
