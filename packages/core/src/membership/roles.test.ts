import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRandom } from "@entrain/kernel";
import { agentRoles, checkRolePolicy, defaultRolePolicy, type AgentRole, type RolePolicy } from "./role-policy.ts";
import { stepRoles, type RoleChange, type RoleRows, type RoleSample } from "./roles.ts";

/** A swarm's roles as the store keeps them, and the leader's machine, in virtual time. */
function openSwarm(agentIds: readonly string[], policy: RolePolicy = defaultRolePolicy) {
  const members = new Map<string, { role: AgentRole; sinceMs: number }>(
    agentIds.map((agentId) => [agentId, { role: "standby", sinceMs: -Infinity }]),
  );
  let rows: RoleRows = new Map();
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    rolesOf: (role: AgentRole) => [...members].filter(([, member]) => member.role === role).map(([id]) => id),
    /** Another leader begins, which has seen nothing. */
    succeed: () => void (rows = new Map()),
    kill: (agentId: string) => members.delete(agentId),
    /** Time goes on by a sample; without a pause, somebody looked for vacancies between two. */
    sample(riskOf: (agentId: string) => number | undefined, pauseMs = policy.sampleMs): readonly RoleChange[] {
      nowMs += pauseMs;
      const samples = [...members].map(([agentId, { role, sinceMs }]): RoleSample => {
        return { agentId, incarnation: 1, role, heldMs: nowMs - sinceMs, suspect: false, risk: riskOf(agentId) };
      });
      const step = stepRoles(rows, samples, policy);
      rows = step.rows;
      for (const { agentId, to } of step.changes) members.set(agentId, { role: to, sinceMs: nowMs });
      return step.changes;
    },
  };
}

const well = (): number => 0.1;
const told = (changes: readonly RoleChange[]): string[] =>
  changes.map(({ agentId, from, to, cause }) => `${agentId}: ${from} to ${to}, ${cause}`);

/** With `a` primary, `b` backup, and all of them well for long. */
function settled(policy?: RolePolicy) {
  const swarm = openSwarm(["a", "b", "c", "d"], policy);
  for (let round = 0; round < 50; round++) swarm.sample(well);
  assert.deepEqual([swarm.rolesOf("primary"), swarm.rolesOf("backup")], [["a"], ["b"]]);
  return swarm;
}

test("places are filled once enough samples speak for somebody, in the order of the ids", () => {
  const swarm = openSwarm(["c", "a", "b"]);
  const rounds = [1, 2, 3, 4].map(() => told(swarm.sample(well)));
  assert.deepEqual(rounds, [[], [], ["a: standby to primary, vacancy", "b: standby to backup, vacancy"], []]);
});

test("a primary whose risk is over the threshold is replaced with the third sample that says so, in one step", () => {
  const swarm = settled();
  const sick = (agentId: string): number => (agentId === "a" ? 0.31 : 0.1);
  assert.deepEqual([swarm.sample(sick), swarm.sample(sick)], [[], []]);
  assert.deepEqual(told(swarm.sample(sick)), [
    "a: primary to safe-mode, risk",
    "b: backup to primary, vacancy",
    "c: standby to backup, vacancy",
  ]);
});

test("a primary that died is replaced at the next look, without waiting for a sample", () => {
  const swarm = settled();
  swarm.kill("a");
  assert.deepEqual(told(swarm.sample(() => undefined, 0)), [
    "b: backup to primary, vacancy",
    "c: standby to backup, vacancy",
  ]);
});

test("a row of samples is broken by one that does not say so, and not by one that is lost", () => {
  const over = (risk: number | undefined) => (agentId: string) => (agentId === "a" ? risk : 0.1);
  const broken = settled();
  for (const risk of [0.5, 0.5, 0.25, 0.5, 0.5]) assert.deepEqual(broken.sample(over(risk)), []);
  const lossy = settled();
  for (const risk of [0.5, undefined, 0.5, undefined]) assert.deepEqual(lossy.sample(over(risk)), []);
  assert.equal(lossy.sample(over(0.5))[0]?.to, "safe-mode");
});

test("who has recovered goes up one role at a time, waits on each, and takes nobody's place", () => {
  const swarm = settled();
  for (let round = 0; round < 3; round++) swarm.sample((agentId) => (agentId === "a" ? 1 : 0.1));
  const failedAtMs = swarm.nowMs();
  let recovered: readonly RoleChange[] = [];
  while (recovered.length === 0) recovered = swarm.sample(well);
  assert.deepEqual(told(recovered), ["a: safe-mode to standby, recovered"]);
  assert.equal(swarm.nowMs() - failedAtMs, defaultRolePolicy.holdMs);
  for (let round = 0; round < 100; round++) assert.deepEqual(swarm.sample(well), []);
});

test("who is suspect, unknown to a new leader or just over the lower threshold is not raised", () => {
  const sample = { agentId: "a", incarnation: 1, role: "standby" as const, heldMs: Infinity, suspect: false, risk: 0 };
  const rows: RoleRows = new Map([["a", { incarnation: 1, failed: 0, sound: 9 }]]);
  const raised = (known: RoleRows, given: Partial<RoleSample>): boolean =>
    stepRoles(known, [{ ...sample, ...given }], defaultRolePolicy).changes.length > 0;
  assert.ok(raised(rows, {}));
  assert.ok(!raised(rows, { suspect: true }));
  assert.ok(!raised(rows, { risk: 0.21 }));
  assert.ok(!raised(rows, { incarnation: 2 }));
  assert.ok(!raised(new Map(), {}));
});

test("fewer places in the policy lower those who came last", () => {
  const swarm = settled({ ...defaultRolePolicy, primaries: 1, backups: 1 });
  const sample = (agentId: string, role: AgentRole, heldMs: number): RoleSample => {
    return { agentId, incarnation: 1, role, heldMs, suspect: false, risk: 0.25 };
  };
  const samples = [sample("x", "primary", 10), sample("y", "primary", 20), sample("z", "backup", 30)];
  assert.deepEqual(told(stepRoles(new Map(), samples, defaultRolePolicy).changes), ["x: primary to standby, surplus"]);
  assert.deepEqual(swarm.sample(well), []);
});

test("30 minutes with a fifth of all samples lost: no role changes among healthy agents, also where leaders change", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const random = createRandom(`roles ${seed}`);
    const swarm = openSwarm(["a", "b", "c", "d", "e", "f", "g"]);
    const spiked = new Set<string>();
    // Healthy: noise under the threshold, now and then one sample alone over it.
    const riskOf = (agentId: string): number | undefined => {
      if (random.next() < 0.2) return undefined;
      const isSpike = random.next() < 0.05 && !spiked.has(agentId);
      if (isSpike) spiked.add(agentId);
      else spiked.delete(agentId);
      return isSpike ? 0.9 : random.next() * 0.3;
    };
    while (swarm.rolesOf("primary").length === 0 || swarm.rolesOf("backup").length === 0) swarm.sample(riskOf);
    const beganMs = swarm.nowMs();
    while (swarm.nowMs() - beganMs < 1_800_000) {
      if (random.next() < 0.01) swarm.succeed();
      assert.deepEqual(swarm.sample(riskOf), [], `seed ${seed} at ${swarm.nowMs() - beganMs} ms`);
    }
  }
});

test("a failed primary is replaced within (failedSamples + 1 + lost samples of it) × sampleMs of its failing", () => {
  const { failedSamples, sampleMs } = defaultRolePolicy;
  fc.assert(
    fc.property(fc.integer(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (seed, part) => {
      const random = createRandom(seed);
      const swarm = settled();
      // It fails at any moment between two samples.
      const failedAtMs = swarm.nowMs() + part * sampleMs;
      let lost = 0;
      while (swarm.rolesOf("primary")[0] === "a")
        swarm.sample((agentId) => {
          const isLost = random.next() < 0.2;
          if (isLost && agentId === "a") lost += 1;
          return isLost ? undefined : agentId === "a" ? 0.8 : 0.1;
        });
      assert.deepEqual(swarm.rolesOf("primary"), ["b"]);
      assert.ok(swarm.nowMs() - failedAtMs <= (failedSamples + 1 + lost) * sampleMs);
    }),
  );
});

test("whatever the samples: no role has more members than wanted, safe mode is left slowly, nobody changes twice", () => {
  const risk = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined });
  const round = fc.record({ a: risk, b: risk, c: risk, d: risk, dies: fc.constantFrom("", "", "", "", "a", "b") });
  fc.assert(
    fc.property(fc.array(round, { maxLength: 80 }), fc.nat(2), fc.nat(2), (rounds, primaries, backups) => {
      const policy = { ...defaultRolePolicy, primaries, backups, holdMs: 6_000 };
      const swarm = openSwarm(["a", "b", "c", "d"], policy);
      const fellMs = new Map<string, number>();
      for (const { dies, ...risks } of rounds) {
        swarm.kill(dies);
        const changes = swarm.sample((agentId) => risks[agentId as keyof typeof risks]);
        assert.equal(new Set(changes.map(({ agentId }) => agentId)).size, changes.length);
        for (const { agentId, from, to } of changes) {
          if (to === "safe-mode") fellMs.set(agentId, swarm.nowMs());
          if (from !== "safe-mode") continue;
          assert.equal(to, "standby");
          assert.ok(swarm.nowMs() - (fellMs.get(agentId) ?? 0) >= policy.holdMs);
        }
        assert.ok(swarm.rolesOf("primary").length <= primaries && swarm.rolesOf("backup").length <= backups);
      }
    }),
  );
});

test("a policy is filled in, and what is wrong with it is named", () => {
  assert.deepEqual(checkRolePolicy({}), defaultRolePolicy);
  assert.deepEqual(checkRolePolicy({ primaries: 3, riskMax: 0.5 }), {
    ...defaultRolePolicy,
    primaries: 3,
    riskMax: 0.5,
  });
  const wrong: readonly (readonly [unknown, string])[] = [
    [[], "policy.roles"],
    [{ primary: 1 }, "policy.roles.primary"],
    [{ primaries: -1 }, "policy.roles.primaries"],
    [{ sampleMs: 10 }, "policy.roles.sampleMs"],
    [{ riskMax: 1.5 }, "policy.roles.riskMax"],
    [{ riskMax: 0.2 }, "policy.roles.riskSound"],
    [{ failedSamples: 0.5 }, "policy.roles.failedSamples"],
  ];
  for (const [candidate, name] of wrong)
    assert.throws(() => checkRolePolicy(candidate), { code: "invalid-argument", field: name });
  assert.equal(agentRoles.length, 4);
});
