/** What every SessionStore does. */
import assert from "node:assert/strict";
import {
  driverCapability,
  foldSession,
  sessionTaskId,
  type SessionEvent,
  type SessionSpec,
} from "@entrain/core/session";
import { queuesFor } from "@entrain/core/task";
import { caseNamed, registerCases, type ConformanceCase } from "./conformance-case.ts";
import type { StorePorts, StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

const specOf = (sessionId: string, description = "say hello"): SessionSpec => ({
  sessionId,
  goal: { description, criteria: [], threshold: 100 },
  pattern: { capability: "hello" },
  input: { name: 'quoted "text", / and ü' },
  timeoutMs: 60_000,
  iterationsMax: 1,
  budget: null,
});

/** Claims the task that drives a session. */
async function own({ tasks }: StorePorts, agentId: string): Promise<number> {
  const queues = queuesFor([driverCapability], agentId, false);
  const answer = await tasks.apply({ kind: "claim", agentId, queues, capabilities: [], max: 1 });
  assert.ok(answer.kind === "claimed" && answer.tasks.length === 1);
  return answer.tasks[0]!.token;
}

const owned = (owner: string): SessionEvent => ({ kind: "owned", owner });
const closed: SessionEvent = { kind: "closed", state: "converged", result: "done", score: 100, parts: [], cause: "" };

/** The cases; each gets a swarm of its own. */
export const sessionCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "a session is made once under its id, together with the one task that drives it",
    async run(swarm) {
      const ports = await swarm.client();
      const outcomes = await Promise.all(Array.from({ length: 4 }, () => ports.sessions.create(specOf("s"))));
      assert.deepEqual(outcomes.sort(), ["created", "repeated", "repeated", "repeated"]);
      assert.equal(await ports.sessions.create(specOf("s", "something else")), "reused");
      await own(ports, "a");
      const stored = await ports.sessions.read("s", 0);
      assert.deepEqual([stored?.header.spec, stored?.header.state], [specOf("s"), "initializing"]);
      assert.equal(await ports.sessions.read("none", 0), undefined);
    },
  },
  {
    name: "only who drives a session appends to its log, after the entries that it knows (P1)",
    async run(swarm) {
      const ports = await swarm.client();
      await ports.sessions.create(specOf("s"));
      const token = await own(ports, "a");
      const target = { sessionId: "s", taskId: sessionTaskId("s"), token };
      const first = await ports.sessions.append({ ...target, known: 0, events: [owned("a"), owned("b")] });
      assert.equal(first.kind, "done");
      const lost = { kind: "lost" };
      assert.deepEqual(await ports.sessions.append({ ...target, known: 1, events: [owned("a")] }), lost);
      assert.deepEqual(
        await ports.sessions.append({ ...target, token: token + 1, known: 2, events: [owned("a")] }),
        lost,
      );
      await ports.tasks.apply({ kind: "fail", taskId: target.taskId, token, cause: "gone", again: true, delayMs: 0 });
      assert.deepEqual(await ports.sessions.append({ ...target, known: 2, events: [owned("a")] }), lost);
      const stored = await ports.sessions.read("s", 1);
      assert.deepEqual(
        stored?.entries.map(({ number, event }) => [number, event]),
        [[2, owned("b")]],
      );
    },
  },
  {
    name: "the log folds to what was appended, and its end is in the header",
    async run(swarm) {
      const ports = await swarm.client();
      await ports.sessions.create(specOf("s"));
      const target = { sessionId: "s", taskId: sessionTaskId("s"), token: await own(ports, "a") };
      await ports.sessions.append({ ...target, known: 0, events: [owned("a"), { kind: "state", state: "executing" }] });
      assert.equal((await ports.sessions.read("s", 0))?.header.state, "executing");
      await ports.sessions.append({ ...target, known: 2, events: [closed] });
      const stored = await ports.sessions.read("s", 0);
      const fold = foldSession();
      for (const entry of stored!.entries) fold.enter(entry);
      assert.equal(fold.record.end?.result, "done");
      assert.deepEqual([stored?.header.state, stored?.header.score], ["converged", 100]);
      assert.equal(await ports.sessions.cancel("s", "too late"), false);
    },
  },
  {
    name: "a driven session is asked to end; one that nobody can drive is ended at once",
    async run(swarm) {
      const ports = await swarm.client();
      await ports.sessions.create(specOf("driven"));
      const token = await own(ports, "a");
      assert.equal(await ports.sessions.cancel("driven", "not needed"), true);
      const { header } = (await ports.sessions.read("driven", 0))!;
      assert.deepEqual([header.state, header.cancelling], ["initializing", "not needed"]);
      const taskId = sessionTaskId("driven");
      await ports.tasks.apply({ kind: "fail", taskId, token, cause: "broken", again: false, delayMs: 0 });
      assert.equal(await ports.sessions.cancel("driven", "still not needed"), true);
      const ended = (await ports.sessions.read("driven", 0))!;
      assert.equal(ended.header.state, "cancelled");
      assert.equal(ended.entries.at(-1)?.event.kind, "closed");
    },
  },
  {
    name: "sessions are listed newest first, page by page, and a hint names the one that moved on",
    async run(swarm) {
      const [one, other] = [await swarm.client(), await swarm.client()];
      const hinted = new Set<string>();
      const unwatch = other.sessions.watch(({ sessionId, state }) => hinted.add(`${sessionId} ${state}`));
      for (const sessionId of ["s-1", "s-2", "s-3"]) await one.sessions.create(specOf(sessionId));
      await waitFor("the last one is hinted", () => hinted.has("s-3 initializing"));
      unwatch();
      const first = await one.sessions.list(2);
      const second = await one.sessions.list(2, first.next);
      assert.deepEqual(
        [first, second].map(({ sessions }) => sessions.map(({ spec }) => spec.sessionId)),
        [["s-3", "s-2"], ["s-1"]],
      );
      assert.equal(second.next, undefined);
    },
  },
];

/** The case that a command without its fence fails. */
export const onlyTheDriverAppends = caseNamed(
  sessionCases,
  "only who drives a session appends to its log, after the entries that it knows (P1)",
);

/** Registers the cases for an implementation. */
export function testSessionStore(open: () => Promise<StoreUnderTest>): void {
  registerCases("SessionStore", sessionCases, open);
}
