/**
 * One sink in front of several. A sink that throws harms neither the loop that reports the event nor the other sinks;
 * they are told of it as an event of its own, so that it is logged and counted.
 */
import { EntrainError } from "@entrain/kernel";
import type { EventSink, RuntimeEvent } from "@entrain/ports";

/** Hands every event to each of `sinks`, in their order; the names say which one failed. */
export function fanOut(sinks: Readonly<Record<string, EventSink>>): EventSink {
  const named = Object.entries(sinks);
  return (event) => {
    for (const [name, sink] of named) {
      try {
        sink(event);
      } catch (thrown) {
        const { message } = EntrainError.from(thrown);
        tellOthers(named, name, { kind: "listener.failed", listener: `sink ${name}`, message });
      }
    }
  };
}

/** One failure is told once: a sink that throws at this, too, is left alone with it. */
function tellOthers(named: readonly (readonly [string, EventSink])[], failed: string, event: RuntimeEvent): void {
  for (const [name, sink] of named) {
    if (name === failed) continue;
    try {
      sink(event);
    } catch {
      continue;
    }
  }
}
