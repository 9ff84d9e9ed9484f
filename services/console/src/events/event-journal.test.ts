import assert from "node:assert/strict";
import { test } from "node:test";
import type { SwarmEvent } from "../contract/swarm-event.ts";
import { createEventJournal } from "./event-journal.ts";

const left = (agentId: string): SwarmEvent => ({ type: "agent.left", data: { agentId, incarnation: 1, at: 5 } });
const beat = (number: number): SwarmEvent => ({
  type: "beat",
  data: { agentId: "a", goalVersion: 1, beat: number, intendedAt: 1, firedAt: 1 },
});

test("an event is written out as a server-sent event with its id", () => {
  const journal = createEventJournal("17");
  journal.append(left("a"));
  assert.deepEqual(
    journal.after(0, new Set(["agent.left"]), 10)?.map(({ frame }) => frame),
    ['id: 17-1\nevent: agent.left\ndata: {"agentId":"a","incarnation":1,"at":5}\n\n'],
  );
});

test("beats do not push other events out, nor are they in the way of who does not want them", () => {
  const journal = createEventJournal("e", 3);
  journal.append(left("a"));
  for (let number = 0; number < 10; number++) journal.append(beat(number));
  journal.append(left("b"));
  assert.deepEqual(
    journal.after(0, new Set(["agent.left"]), 10)?.map(({ seq }) => seq),
    [1, 12],
  );
  assert.equal(journal.after(0, new Set(["agent.left", "beat"]), 10), undefined);
  assert.deepEqual(
    journal.after(8, new Set(["agent.left", "beat"]), 10)?.map(({ seq }) => seq),
    [9, 10, 11, 12],
  );
});

test("only ids of this life are known", () => {
  const journal = createEventJournal("e");
  journal.append(left("a"));
  assert.equal(journal.seqOf("e-1"), 1);
  for (const id of ["e-2", "f-1", "1", "", "e-", "e--1", "e-1x", "e-99999999999999999999"])
    assert.equal(journal.seqOf(id), undefined, id);
});
