import assert from "node:assert/strict";
import { test } from "node:test";
import type { LiveMessage, MessageLinks, RuntimeEvent } from "@entrain/ports";
import { createSystemClock } from "../clock/system-clock.ts";
import { createLiveDesk } from "./live-desk.ts";

/** A desk whose other processes are played by the test. */
function openDesk(spread = { given: 0, dropped: 0 }) {
  const events: RuntimeEvent[] = [];
  const patterns: (readonly string[])[] = [];
  let say: (message: LiveMessage) => void = () => undefined;
  const links: MessageLinks = {
    setPeers: () => undefined,
    setPatterns: (wanted) => void patterns.push(wanted),
    heard: () => 0,
    publish: () => spread,
    onMessage(listener) {
      say = listener;
    },
  };
  const clock = createSystemClock();
  const desk = createLiveDesk({ clock, events: (event) => void events.push(event), agentId: "a", nextId: () => "m" });
  const from = (topic: string, payload: number): void => {
    say({ messageId: `${payload}`, topic, payload, headers: {}, agentId: "b" });
  };
  return { desk, links, events, patterns, from };
}

test("a listener has one message at a time, a bounded number waits, and what is beyond is dropped and counted", async () => {
  const { desk, links, events, from } = openDesk();
  const gates: PromiseWithResolvers<undefined>[] = [];
  const begun: unknown[] = [];
  desk.listen(
    "ticks/+",
    (payload) => {
      begun.push(payload);
      const gate = Promise.withResolvers<undefined>();
      gates.push(gate);
      return gate.promise;
    },
    { queueMax: 2 },
  );
  desk.start(links);
  for (const n of [1, 2, 3, 4, 5]) from("ticks/x", n);
  from("other/x", 6);
  assert.deepEqual(begun, [1]);
  const dropped = events.filter((event) => event.kind === "message.dropped");
  assert.deepEqual(
    dropped.map(({ cause, topic }) => [cause, topic]),
    Array(2).fill(["queue-full", "ticks/x"]),
  );
  for (let at = 0; at < 3; at++) {
    gates[at]?.resolve(undefined);
    // The queue goes on in promises alone, so it has when a turn of the loop is over.
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(begun, [1, 2, 3]);
});

test("a listener that throws is counted, and hears the next one all the same", async () => {
  const { desk, links, events, from } = openDesk();
  desk.listen("#", (payload) => {
    if (payload === 1) throw new Error("not this one");
  });
  desk.start(links);
  from("a", 1);
  from("a", 2);
  await new Promise((resolve) => setImmediate(resolve));
  const heard = events.flatMap((event) => (event.kind === "message.heard" ? [[event.outcome, event.cause]] : []));
  assert.deepEqual(heard, [
    ["failed", "not this one"],
    ["handled", ""],
  ]);
});

test("what is published reaches listeners of the same process, and what others are too slow for is counted", () => {
  const { desk, links, events, patterns } = openDesk({ given: 2, dropped: 1 });
  assert.throws(() => desk.send("a/b", 1, { qos: 0 }), { code: "unavailable" });
  const heard: unknown[] = [];
  const off = desk.listen("a/#", (payload, { from }) => heard.push([payload, from]));
  desk.start(links);
  assert.deepEqual(desk.send("a/b", 1, { qos: 0 }), { messageId: "m", processes: 3, dropped: 1 });
  assert.deepEqual(heard, [[1, "a"]]);
  assert.ok(events.some((event) => event.kind === "message.dropped" && event.cause === "not-drained"));
  off();
  assert.deepEqual(desk.send("a/b", 2, { qos: 0, id: "own" }), { messageId: "own", processes: 2, dropped: 1 });
  assert.deepEqual(patterns, [["a/#"], []]);
  desk.stop();
  assert.throws(() => desk.send("a/b", 1, { qos: 0 }), { code: "unavailable" });
});

test("patterns, bounds and topics that break the rules are refused with the name of the field", () => {
  const { desk, links } = openDesk();
  desk.start(links);
  const refused = (field: string) => ({ code: "invalid-argument", field });
  assert.throws(() => desk.listen("a/#/b", () => undefined), refused("pattern"));
  assert.throws(() => desk.listen("a", () => undefined, { concurrency: 0 }), refused("concurrency"));
  assert.throws(() => desk.listen("a", () => undefined, { queueMax: 0 }), refused("queueMax"));
  assert.throws(() => desk.send("a/+", 1, { qos: 0 }), refused("topic"));
  assert.throws(() => desk.send("a", 1, { qos: 0, headers: { a: "x".repeat(2_000) } }), refused("headers.a"));
});
