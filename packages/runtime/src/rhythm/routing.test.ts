import assert from "node:assert/strict";
import { test } from "node:test";
import type { MemberRecord } from "@entrain/core/membership";
import { createRouting } from "./routing.ts";

const member = (agentId: string, processId: string): MemberRecord => ({
  agentId,
  processId,
  incarnation: 1,
  state: "alive",
  host: "h",
  pid: 1,
  address: `${processId}:1`,
  opsUrl: "",
  health: 1,
  joinedAtMs: 0,
  changedAtMs: 0,
});
const members = [member("a", "p"), member("b", "p"), member("c", "q"), member("d", "r")];
const everybody = (agentId: string): string[] => members.map((m) => m.agentId).filter((id) => id !== agentId);

test("the peers are the processes that host neighbours, without the own one", () => {
  const routing = createRouting("p", members, everybody);
  assert.deepEqual(
    [...routing.peers],
    [
      ["q", { address: "q:1" }],
      ["r", { address: "r:1" }],
    ],
  );
});

test("a peer is told only of the agents that its own agents listen to", () => {
  const neighbours: Record<string, string[]> = { a: ["b", "c"], b: ["a", "d"], c: ["a"], d: ["b"] };
  const routing = createRouting("p", members, (id) => neighbours[id] ?? []);
  assert.deepEqual(
    [...routing.listenersOf(["a", "b"])],
    [
      ["q", ["a"]],
      ["r", ["b"]],
    ],
  );
  assert.deepEqual(routing.hearersOf("d"), ["b"]);
  assert.deepEqual(routing.ownListenersOf("a"), ["b"]);
});

test("a neighbour that is no member is no route", () => {
  const routing = createRouting("p", members, () => ["ghost"]);
  assert.equal(routing.peers.size, 0);
});
