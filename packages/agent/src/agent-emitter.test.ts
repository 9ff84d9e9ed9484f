import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import type { RuntimeEvent } from "@entrain/ports";
import { AgentEmitter, type LeaderEvent } from "./agent-emitter.ts";

const leader: LeaderEvent = { leaderId: "a", term: 1, isSelf: true };

function emitterWithSink() {
  const events: RuntimeEvent[] = [];
  return { emitter: new AgentEmitter((event) => events.push(event)), events };
}

test("listeners are called in the order of their subscription, each with its own kind of event", () => {
  const { emitter } = emitterWithSink();
  const heard: string[] = [];
  emitter.on("leader", ({ leaderId }) => heard.push(`first ${String(leaderId)}`));
  emitter.on("leader", ({ term }) => heard.push(`second ${String(term)}`));
  emitter.on("degraded", () => heard.push("never"));
  emitter.emit("leader", leader);
  assert.deepEqual(heard, ["first a", "second 1"]);
});

test("a subscription ends when it is called, and at the end of a block that declares it with using", () => {
  const { emitter } = emitterWithSink();
  let heard = 0;
  {
    using _off = emitter.on("leader", () => heard++);
    emitter.emit("leader", leader);
  }
  const off = emitter.on("leader", () => heard++);
  emitter.emit("leader", leader);
  off();
  off();
  emitter.emit("leader", leader);
  assert.equal(heard, 2);
});

test("one function that subscribes twice is called twice, and each subscription ends for itself", () => {
  const { emitter } = emitterWithSink();
  let heard = 0;
  const listener = () => heard++;
  const off = emitter.on("leader", listener);
  emitter.on("leader", listener);
  emitter.emit("leader", leader);
  off();
  emitter.emit("leader", leader);
  assert.equal(heard, 3);
});

test("a listener that subscribes or ends others meanwhile changes nothing about the event under way", () => {
  const { emitter } = emitterWithSink();
  const heard: string[] = [];
  emitter.on("leader", () => {
    heard.push("first");
    offSecond();
    emitter.on("leader", () => heard.push("late"));
  });
  const offSecond = emitter.on("leader", () => heard.push("second"));
  emitter.emit("leader", leader);
  assert.deepEqual(heard, ["first", "second"]);
});

test("a listener that throws is reported and the others are called", () => {
  const { emitter, events } = emitterWithSink();
  let heard = 0;
  emitter.on("leader", () => {
    throw new Error("a user's bug");
  });
  emitter.on("leader", () => heard++);
  emitter.emit("leader", leader);
  assert.equal(heard, 1);
  assert.deepEqual(events, [{ kind: "listener.failed", listener: "leader", message: "a user's bug" }]);
});

test("a listener whose promise is rejected is reported, instead of ending the process", async () => {
  const { emitter, events } = emitterWithSink();
  const { promise: reported, resolve } = Promise.withResolvers<undefined>();
  emitter.on("leader", async () => {
    queueMicrotask(() => setImmediate(resolve, undefined));
    throw new Error("a user's late bug");
  });
  emitter.emit("leader", leader);
  await reported;
  assert.deepEqual(events, [{ kind: "listener.failed", listener: "leader", message: "a user's late bug" }]);
});

test("an error that nobody listens to is thrown at nobody", () => {
  const { emitter } = emitterWithSink();
  emitter.emit("error", new EntrainError("superseded", "gone"));
});

test("an event that does not exist, and what is no listener, are refused", () => {
  const { emitter } = emitterWithSink();
  const on = (name: unknown, listener: unknown) => () => emitter.on(name as "beat", listener as () => void);
  const listener = (): void => undefined;
  assert.throws(on("baet", listener), {
    code: "invalid-argument",
    field: "event",
    message: 'event is "baet": it is not known; did you mean beat?',
  });
  assert.throws(on("bogus", listener), /it is not known; there are beat, leader, degraded, context/);
  for (const name of [undefined, 5, "constructor"]) assert.throws(on(name, listener), { field: "event" });
  for (const wrong of [undefined, null, "text", {}]) assert.throws(on("beat", wrong), { field: "listener" });
});
