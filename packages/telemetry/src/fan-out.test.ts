import assert from "node:assert/strict";
import { test } from "node:test";
import type { RuntimeEvent } from "@entrain/ports";
import { fanOut } from "./fan-out.ts";

const event: RuntimeEvent = { kind: "heartbeat", ok: true, roundTripMs: 1, beats: [] };

function boom(): never {
  throw new Error("boom");
}

test("every sink gets every event, in order", () => {
  const seen: string[] = [];
  const sink = fanOut({ log: (e) => seen.push(`log ${e.kind}`), metrics: (e) => seen.push(`metrics ${e.kind}`) });
  sink(event);
  assert.deepEqual(seen, ["log heartbeat", "metrics heartbeat"]);
});

test("a sink that throws harms neither the caller nor the others, and the others hear of it", () => {
  const seen: RuntimeEvent[] = [];
  const sink = fanOut({ broken: boom, log: (e) => seen.push(e) });
  sink(event);
  assert.deepEqual(seen, [{ kind: "listener.failed", listener: "sink broken", message: "boom" }, event]);
});

test("sinks that all throw do not tell each other without end", () => {
  let calls = 0;
  const broken = () => {
    calls += 1;
    boom();
  };
  fanOut({ a: broken, b: broken })(event);
  assert.equal(calls, 4, "each gets the event and the other's failure");
});
