/**
 * Directives over a whole swarm in virtual time, against the core's machine as the store: whatever is lost on the way, crashes or is
 * forgotten, no target does it twice, and the record says what happened.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRandom, EntrainError, type Random } from "@entrain/kernel";
import {
  applyDirective,
  openDirective,
  type Decision,
  type Directive,
  type DirectiveCommand,
} from "@entrain/core/decision";
import type { DirectiveStore } from "@entrain/ports";
import { createVirtualTime, type VirtualTime } from "@entrain/testkit/virtual-time";
import type { ActionHandler } from "./action-run.ts";
import { createDirectiveSettler } from "./directive-settler.ts";
import { anyAction, createDirectiveWorker } from "./directive-worker.ts";

const ids = { decisionId: "d", incidentId: "i" };
const decision = { ...ids, action: "shed_load" } as Decision;
const terms = { scope: "swarm", deadlineMs: 5_000, complianceMin: 0.9 } as const;

/** One directive behind requests and answers of which a share is lost. */
function createWorld(time: VirtualTime, random: Random, targets: readonly string[], loss: number) {
  const { clock, timers } = time;
  const watchers = new Set<(incidentId: string) => void>();
  const pushes = new Set<(pushed: Decision) => void>();
  const world = { directive: openDirective(decision, { ...terms, targets }, clock.monoMs()) };

  function apply(command: DirectiveCommand) {
    const before = world.directive;
    const { directive, answer } = applyDirective(before, command, clock.monoMs());
    world.directive = directive;
    if (before.outcome === "open" && directive.outcome !== "open") for (const tell of watchers) tell(ids.incidentId);
    return answer;
  }
  const send = <T>(run: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      const [there, back] = [random.next() >= loss, random.next() >= loss];
      timers.after(random.int(20), () => {
        const answer = there ? run() : undefined;
        if (there && back) timers.after(random.int(20), () => resolve(answer as T));
        else timers.after(400, () => reject(new EntrainError("deadline-exceeded", "no answer")));
      });
    });
  const find = (agentIds: readonly string[]) =>
    world.directive.targets
      .filter(({ agentId, state }) => agentIds.includes(agentId) && ["waiting", "begun", "failed"].includes(state))
      .filter(() => clock.monoMs() < world.directive.dueAtMs)
      .map(({ agentId }) => ({ ...ids, agentId }));
  const store = {
    find: (agentIds) => send(() => find(agentIds)),
    begin: (command) =>
      send(() => {
        const answer = apply(command);
        return answer.kind === "begun" ? { ...answer, decision } : answer;
      }),
    report: (command) => send(() => apply(command)),
    settleDue: () =>
      send(() => {
        apply({ kind: "settle" });
        const { outcome, dueAtMs } = world.directive;
        return { settled: [], nextInMs: outcome === "open" ? dueAtMs - clock.monoMs() : null };
      }),
    read: () => send(() => [world.directive]),
    figures: () => Promise.reject(new EntrainError("internal", "nobody asks")),
    watch(onSettled) {
      watchers.add(onSettled);
      return () => watchers.delete(onSettled);
    },
  } as DirectiveStore;
  return {
    world,
    store,
    pushes,
    push: () => pushes.forEach((onDecision) => onDecision({ ...decision, directive: { ...terms, targets } })),
  };
}

type World = ReturnType<typeof createWorld>;

function startWorker(
  time: VirtualTime,
  random: Random,
  { store, pushes }: World,
  agentId: string,
  handler: ActionHandler | undefined,
  repeatable = true,
) {
  const worker = createDirectiveWorker({
    ...{ store, clock: time.clock, timers: time.timers, random, agentIds: [agentId] },
    watchDecisions(onDecision) {
      pushes.add(onDecision);
      return () => pushes.delete(onDecision);
    },
    health: { status: () => ({ up: true, generation: 1 }), watch: () => () => undefined },
    events: () => undefined,
    newRun: () => `run-${random.int(1e9)}`,
  });
  if (handler !== undefined) worker.add(agentId, decision.action, { handler, repeatable });
  worker.start();
  return worker;
}

test("whatever is lost, fails or is forgotten, no agent does it twice, and the record says who did it", async () => {
  const fortune = fc.record({
    seed: fc.nat(),
    agents: fc.integer({ min: 1, max: 8 }),
    loss: fc.constantFrom(0, 0.1, 0.4),
    forgetsAtMs: fc.option(fc.integer({ min: 100, max: 4_000 }), { nil: undefined }),
    repeatable: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fortune, async ({ seed, agents, loss, forgetsAtMs, repeatable }) => {
      const time = createVirtualTime();
      const random = createRandom(String(seed));
      const targets = Array.from({ length: agents }, (_, index) => `a${index}`);
      const swarm = createWorld(time, random, targets, loss);
      const done = new Map<string, number>();
      for (const agentId of targets) {
        const fails = random.int(3);
        let tries = 0;
        const handler: ActionHandler = async () => {
          await time.sleep(random.int(300));
          tries += 1;
          if (tries <= fails) throw new Error("not yet");
          done.set(agentId, (done.get(agentId) ?? 0) + 1);
        };
        startWorker(time, random, swarm, agentId, handler, repeatable);
      }
      swarm.push();
      // As after a failover that has lost every outcome, and a re-offer that has opened the directive anew.
      if (forgetsAtMs !== undefined)
        time.timers.after(forgetsAtMs, () => {
          swarm.world.directive = openDirective(decision, { ...terms, targets }, time.clock.monoMs());
        });
      await time.advance(20_000);
      for (const { agentId, state } of swarm.world.directive.targets) {
        assert.ok((done.get(agentId) ?? 0) <= 1, `${agentId} did it twice`);
        if (state === "done") assert.equal(done.get(agentId), 1, `${agentId} is said to be done`);
        if (loss === 0 && forgetsAtMs === undefined && repeatable) assert.equal(state, "done");
      }
    }),
    { numRuns: 60 },
  );
});

test("who dies in the middle begins anew under another run; one that may not be repeated refuses instead", async () => {
  for (const repeatable of [true, false]) {
    const time = createVirtualTime();
    const random = createRandom("death");
    const swarm = createWorld(time, random, ["a"], 0);
    const seen: { attempt: number; key: string }[] = [];
    startWorker(time, random, swarm, "a", (_, { attempt, key }) => {
      seen.push({ attempt, key });
      return Promise.withResolvers<never>().promise;
    });
    await time.advance(500);
    // The process is gone: its next life knows nothing.
    const reports = startWorker(
      time,
      random,
      swarm,
      "a",
      (_, { attempt, key }) => void seen.push({ attempt, key }),
      repeatable,
    );
    await time.advance(3_000);
    const attempts = seen.map(({ attempt }) => attempt);
    const [target] = swarm.world.directive.targets;
    assert.deepEqual(attempts, repeatable ? [1, 2] : [1]);
    assert.equal(target?.state, repeatable ? "done" : "refused");
    assert.deepEqual(new Set(seen.map(({ key }) => key)), new Set(["d/a"]), "the key is the same each time");
    await reports.stop(0);
  }
});

test("a handler for any action takes what has no handler of its own", async () => {
  const time = createVirtualTime();
  const random = createRandom("any");
  const swarm = createWorld(time, random, ["general", "special"], 0);
  const called: string[] = [];
  for (const agentId of ["general", "special"]) {
    const own = agentId === "special" ? () => void called.push("own") : undefined;
    const worker = startWorker(time, random, swarm, agentId, own);
    worker.add(agentId, anyAction, { handler: ({ action }) => void called.push(`any ${action}`), repeatable: true });
  }
  await time.advance(3_000);
  assert.deepEqual(called.toSorted(), [`any ${decision.action}`, "own"]);
  assert.equal(swarm.world.directive.outcome, "met");
});

test("an agent without a handler refuses, one may refuse by itself, and a handler that hangs is aborted at the deadline", async () => {
  const time = createVirtualTime();
  const random = createRandom("refusals");
  const swarm = createWorld(time, random, ["hangs", "none", "unwilling"], 0);
  let aborted = false;
  startWorker(time, random, swarm, "hangs", (_, { signal }) => {
    signal.addEventListener("abort", () => (aborted = true));
    return Promise.withResolvers<never>().promise;
  });
  startWorker(time, random, swarm, "none", undefined);
  startWorker(time, random, swarm, "unwilling", (_, { refuse }) => refuse("not while it is filling"));
  const escalated: Directive[] = [];
  const settler = createDirectiveSettler({
    ...{ store: swarm.store, timers: time.timers, random, events: () => undefined },
    isLeader: () => true,
    onSettled: (directive) => escalated.push(directive),
  });
  settler.start();
  swarm.push();
  await time.advance(4_000);
  assert.deepEqual([aborted, escalated.length], [false, 0]);
  await time.advance(2_000);
  settler.stop();
  assert.equal(aborted, true);
  assert.deepEqual(
    escalated.map(({ outcome, targets }) => [outcome, ...targets.map(({ state, note }) => `${state} ${note}`)]),
    [["missed", "begun ", "refused this agent has no handler for shed_load", "refused not while it is filling"]],
  );
});
