import assert from "node:assert/strict";
import { test } from "node:test";
import type { SwarmEvent, SwarmEventType } from "../contract/swarm-event.ts";
import { createManualTime } from "../testing/manual-timers.ts";
import { createEventHub } from "./event-hub.ts";
import { createEventJournal } from "./event-journal.ts";

const left = (agentId: string): SwarmEvent => ({ type: "agent.left", data: { agentId, incarnation: 1, at: 5 } });
const types: ReadonlySet<SwarmEventType> = new Set<SwarmEventType>(["agent.left"]);

/** A connection that takes `room` writes before it wants to drain. */
function connectionOf(room = Infinity) {
  const written: string[] = [];
  const connection = {
    written,
    room,
    ended: false,
    write(text: string): boolean {
      written.push(text);
      connection.room -= 1;
      return connection.room > 0;
    },
    end(): void {
      connection.ended = true;
    },
    ids: () => [...written.join("").matchAll(/^id: (.*)$/gm)].map((match) => match[1]),
  };
  return connection;
}

function hubOf(capacity = 100, subscribersMax = 2) {
  const time = createManualTime();
  const hub = createEventHub(createEventJournal("e", capacity), time.timers, subscribersMax);
  return { hub, time };
}

test("a subscription says ok at once and then what happens, nothing else", () => {
  const { hub } = hubOf();
  hub.publish([left("before")]);
  const connection = connectionOf();
  hub.subscribe({ types, lastEventId: undefined }, connection);
  assert.deepEqual(connection.written, [": ok\n\n"]);
  hub.publish([left("a"), { type: "agent.dead", data: { agentId: "b", incarnation: 1, at: 5 } }, left("c")]);
  assert.deepEqual(connection.ids(), ["e-2", "e-4"]);
});

test("Last-Event-ID resumes after that event, without a gap and without a repetition", () => {
  const { hub } = hubOf();
  hub.publish([left("a"), left("b"), left("c")]);
  const connection = connectionOf();
  hub.subscribe({ types, lastEventId: "e-1" }, connection);
  hub.publish([left("d")]);
  assert.deepEqual(connection.ids(), ["e-2", "e-3", "e-4"]);
});

test("an id that is too old, or of another life, is a resync, and the stream goes on from now", () => {
  const { hub } = hubOf(2);
  hub.publish([left("a"), left("b"), left("c"), left("d")]);
  for (const [lastEventId, reason] of [
    ["e-1", "too-old"],
    ["f-3", "unknown-id"],
  ] as const) {
    const connection = connectionOf();
    const { cancel } = hub.subscribe({ types, lastEventId }, connection);
    assert.equal(connection.written.join(""), `: ok\n\nid: e-4\nevent: resync\ndata: {"reason":"${reason}"}\n\n`);
    cancel();
  }
});

test("a slow subscriber gets everything once it drains, in order", () => {
  const { hub } = hubOf();
  const connection = connectionOf(2);
  const subscription = hub.subscribe({ types, lastEventId: undefined }, connection);
  for (let index = 0; index < 5; index++) hub.publish([left(`a${index}`)]);
  assert.deepEqual(connection.ids(), ["e-1"]);
  connection.room = Infinity;
  subscription.drained();
  assert.deepEqual(connection.ids(), ["e-1", "e-2", "e-3", "e-4", "e-5"]);
});

test("one that falls behind the journal is told to resync and dropped", () => {
  const { hub } = hubOf(3);
  const connection = connectionOf(1);
  hub.subscribe({ types, lastEventId: undefined }, connection);
  for (let index = 0; index < 3; index++) hub.publish([left(`a${index}`)]);
  assert.equal(connection.ended, false);
  hub.publish([left("one too many")]);
  assert.equal(connection.ended, true);
  assert.match(connection.written.at(-1) ?? "", /event: resync\ndata: \{"reason":"too-old"\}/);
  assert.equal(hub.size(), 0);
});

test("a quiet stream carries a comment at least every five seconds, a blocked one nothing", () => {
  const { hub, time } = hubOf();
  const [open, blocked] = [connectionOf(), connectionOf(1)];
  hub.subscribe({ types, lastEventId: undefined }, open);
  hub.subscribe({ types, lastEventId: undefined }, blocked);
  time.pass(60_000);
  assert.ok(open.written.length >= 1 + 60 / 5, `${open.written.length} writes`);
  assert.ok(open.written.every((text) => text.startsWith(": ")));
  assert.equal(blocked.written.length, 1);
});

test("there is a bound on subscribers; a cancelled one makes room; no timer is left behind", () => {
  const { hub, time } = hubOf();
  const subscriptions = [1, 2].map(() => hub.subscribe({ types, lastEventId: undefined }, connectionOf()));
  assert.throws(() => hub.subscribe({ types, lastEventId: undefined }, connectionOf()), { code: "resource-exhausted" });
  subscriptions[0]?.cancel();
  assert.equal(hub.size(), 1);
  subscriptions[1]?.cancel();
  time.pass(10_000);
  assert.equal(time.pending(), 0);
});

test("closing ends all streams and refuses new ones", () => {
  const { hub, time } = hubOf();
  const connection = connectionOf();
  hub.subscribe({ types, lastEventId: undefined }, connection);
  hub.close();
  assert.equal(connection.ended, true);
  assert.throws(() => hub.subscribe({ types, lastEventId: undefined }, connectionOf()), { code: "unavailable" });
  assert.equal(time.pending(), 0);
});
