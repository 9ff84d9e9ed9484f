/**
 * A session in traces: a span for the time in which one process drives it, and below it one for each step that it has begun, to
 * which the step's task leads back. A successor has a span of its own, caused by the same creation of the session.
 */
import type { TraceCarrier } from "@entrain/kernel";
import type { SessionEnd, SessionEvent, SessionSpec, WantedStep } from "@entrain/core/session";
import type { Span, Tracing } from "@entrain/ports";

/** The spans of one owner of one session. */
export interface SessionTrace {
  /** Does something within the session's span. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Begins a step's span; answers what leads to it. */
  begin(step: WantedStep): TraceCarrier | undefined;
  /** Ends the spans of steps that have ended. */
  note(events: readonly SessionEvent[]): void;
}

/** Begins the session's span within what is active. */
export function createSessionTrace(tracing: Tracing, { sessionId, pattern }: SessionSpec, owner: string): SessionTrace {
  const steps = new Map<string, Span>();
  const attributes = { "entrain.session.id": sessionId, "entrain.session.owner": owner };
  const span = tracing.begin(`session ${"pattern" in pattern ? pattern.pattern : "step"}`, { attributes });
  let end: SessionEnd | undefined;

  function close(failure: string | undefined): void {
    for (const step of steps.values()) step.end({ "entrain.step.outcome": "left" });
    steps.clear();
    const state = end?.state ?? "left";
    span.end({ "entrain.session.state": state }, failure ?? (end?.cause === "" ? undefined : end?.cause));
  }

  return {
    run: (work) =>
      span.run(work).then(
        (value) => {
          close(undefined);
          return value;
        },
        (thrown: unknown) => {
          close(thrown instanceof Error ? thrown.message : String(thrown));
          throw thrown;
        },
      ),
    begin({ path, step, agentId }) {
      const wish = { "entrain.session.id": sessionId, "entrain.step.path": path };
      const begun = tracing.begin(`step ${step.capability}`, {
        kind: "producer",
        attributes: agentId === null ? wish : { ...wish, "entrain.agent.id": agentId },
      });
      steps.set(path, begun);
      return begun.carrier;
    },
    note(events) {
      for (const event of events) {
        if (event.kind === "closed") end = event;
        if (event.kind !== "ended") continue;
        const { path, outcome } = event;
        const failure = outcome.ok ? undefined : outcome.cause;
        steps.get(path)?.end({ "entrain.step.outcome": outcome.ok ? "done" : "failed" }, failure);
        steps.delete(path);
      }
    },
  };
}
