import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { defaultRolePolicy, type AgentRole, type MemberRecord, type MembershipView } from "@entrain/core/membership";
import type { RuntimeEvent, SampledMember } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { RoleKeeper } from "./role-keeper.ts";
import { createRolePolicyInUse } from "./role-policy-in-use.ts";

const { sampleMs } = defaultRolePolicy;

/** A keeper over a store of its own in virtual time; agents `a`, `b` and `c` beat between any two samples. */
function openKeeper() {
  const time = createVirtualTime();
  const events: RuntimeEvent[] = [];
  const roles = new Map<string, { role: AgentRole; sinceMs: number }>();
  const risks = new Map([
    ["a", 0],
    ["b", 0],
    ["c", 0],
  ]);
  const silent = new Set<string>();
  const world = { leads: true, term: 1, up: true, fenced: 1, samples: 0 };
  const sampled = (agentId: string, risk: number): SampledMember => {
    const { role, sinceMs } = roles.get(agentId) ?? { role: "standby", sinceMs: -Infinity };
    const heardAt = silent.has(agentId) ? 0 : time.clock.monoMs();
    return { agentId, incarnation: 1, role, heldMs: time.clock.monoMs() - sinceMs, suspect: false, risk, heardAt };
  };
  const keeper = new RoleKeeper({
    store: {
      async sample() {
        world.samples += 1;
        await time.sleep(1);
        if (!world.up) throw new EntrainError("store-unavailable", "away");
        return [...risks].map(([agentId, risk]) => sampled(agentId, risk));
      },
      async assign(held, changes) {
        await time.sleep(1);
        if (held.term !== world.fenced) throw new EntrainError("stale-term", "another leads");
        for (const { agentId, to } of changes) roles.set(agentId, { role: to, sinceMs: time.clock.monoMs() });
        return changes.map(({ agentId }) => agentId);
      },
    },
    timers: time.timers,
    events: (event) => events.push(event),
    leadership: () => (world.leads ? { agentId: "a", incarnation: 1, term: world.term, generation: 1 } : undefined),
    policy: () => defaultRolePolicy,
  });
  keeper.start();
  const viewOf = (version: number): MembershipView => ({
    version,
    members: new Map([...risks.keys()].map((agentId) => [agentId, memberOf(agentId, roles.get(agentId)?.role)])),
  });
  return { time, keeper, events, roles, risks, silent, world, viewOf, said: () => saidIn(events) };
}

function memberOf(agentId: string, role: AgentRole = "standby"): MemberRecord {
  const place = { processId: `p-${agentId}`, host: "h", pid: 1, address: "", opsUrl: "" };
  return { agentId, incarnation: 1, state: "alive", health: 1, joinedAtMs: 0, changedAtMs: 0, role, ...place };
}

function saidIn(events: readonly RuntimeEvent[]): string[] {
  return events.flatMap((event) =>
    event.kind === "role.changed"
      ? [`${event.agentId}: ${event.from} to ${event.to}, ${event.cause}, term ${event.term}`]
      : event.kind === "effect.refused" || event.kind === "follow.failed"
        ? [`${event.kind} ${event.code}`]
        : [],
  );
}

const given = ["a: standby to primary, vacancy, term 1", "b: standby to backup, vacancy, term 1"];

test("the leader gives roles once enough samples speak for somebody, and tells of each with its cause and term", async () => {
  const { time, keeper, said } = openKeeper();
  await time.advance(2 * sampleMs + 100);
  assert.deepEqual(said(), []);
  await time.advance(sampleMs);
  assert.deepEqual(said(), given);
  await time.advance(20 * sampleMs);
  assert.deepEqual(said(), given);
  keeper.stop();
});

test("who does not lead asks nothing, and a new term begins without what was seen before", async () => {
  const { time, keeper, world, said } = openKeeper();
  world.leads = false;
  await time.advance(5 * sampleMs);
  assert.equal(world.samples, 0);
  world.leads = true;
  await time.advance(2 * sampleMs + 100);
  world.term = world.fenced = 2;
  await time.advance(2 * sampleMs);
  assert.deepEqual(said(), []);
  await time.advance(sampleMs);
  assert.equal(said().length, 2);
  keeper.stop();
});

test("only what was heard since the last sample counts", async () => {
  const { time, keeper, silent, said } = openKeeper();
  silent.add("a");
  await time.advance(10 * sampleMs);
  assert.deepEqual(said(), ["b: standby to primary, vacancy, term 1", "c: standby to backup, vacancy, term 1"]);
  keeper.stop();
});

test("a primary that is gone from the view is followed within moments, and looking counts as no sample", async () => {
  const { time, keeper, risks, viewOf, said } = openKeeper();
  await time.advance(4 * sampleMs);
  keeper.setView(viewOf(1));
  risks.delete("a");
  keeper.setView(viewOf(2));
  await time.advance(60);
  assert.deepEqual(said().slice(2), ["b: backup to primary, vacancy, term 1", "c: standby to backup, vacancy, term 1"]);
  keeper.stop();
});

test("M1: while the store is away nothing changes; a leadership that is over is refused and told", async () => {
  const { time, keeper, world, roles, said } = openKeeper();
  world.up = false;
  await time.advance(5 * sampleMs);
  assert.ok(roles.size === 0 && said().every((line) => line === "follow.failed store-unavailable"));
  world.up = true;
  world.fenced = 7;
  await time.advance(5 * sampleMs);
  assert.equal(roles.size, 0);
  assert.equal(said().at(-1), "effect.refused stale-term");
  world.fenced = 1;
  await time.advance(sampleMs);
  assert.deepEqual(said().slice(-2), given);
  keeper.stop();
  await time.advance(10 * sampleMs);
  assert.equal(time.pendingTimers(), 0);
});

test("the policy follows the document; a wrong one is told once and changes nothing", () => {
  const events: RuntimeEvent[] = [];
  let version = 0;
  let roles: object | undefined;
  const source = { current: () => ({ version, document: roles === undefined ? {} : { policy: { roles } } }) };
  const policy = createRolePolicyInUse(source as never, (event) => events.push(event));
  const say = (next: object | undefined): void => {
    version += 1;
    roles = next;
  };
  assert.deepEqual(policy(), defaultRolePolicy);
  say({ primaries: 2 });
  assert.equal(policy().primaries, 2);
  say({ primaries: -1 });
  assert.equal(policy().primaries, 2);
  assert.equal(policy().primaries, 2);
  assert.deepEqual(
    events.map((event) => event.kind === "policy.refused" && event.contextVersion),
    [2],
  );
  say(undefined);
  assert.deepEqual(policy(), defaultRolePolicy);
});
