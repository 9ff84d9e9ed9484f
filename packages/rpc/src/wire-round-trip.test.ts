/** Domain to wire to bytes and back: nothing is lost, and nothing that is out of range comes in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { agentRoles } from "@entrain/core/membership";
import type { Act, Decision, DirectiveTerms, Reading } from "@entrain/core/decision";
import type { GoalRecord } from "@entrain/core/rhythm";
import type { DecideOutcome, DecideRequest, Observation, PhaseFrame, PhaseSample } from "@entrain/ports";
import { outcomeFromWire, outcomeToWire, requestFromWire, requestToWire } from "./decision-wire.ts";
import { serviceDefinitions } from "./load-proto.ts";
import { observationFromWire, observationToWire } from "./observation-wire.ts";
import { frameFromWire, frameToWire } from "./phase-wire.ts";
import { decodeFrame } from "./stamped-codec.ts";

const { phase, agent, decision } = serviceDefinitions();

/** A record as code writes it: fast-check's own have no prototype, which a strict comparison sees. */
const record = <Fields>(fields: { [Key in keyof Fields]: fc.Arbitrary<Fields[Key]> }): fc.Arbitrary<Fields> =>
  fc.record(fields, { noNullPrototype: true });

const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
const share = fc.double({ min: 0, max: 1, noNaN: true });
const label = fc.stringMatching(/^[a-z0-9%/._-]{1,40}$/);
const hex = fc.stringMatching(/^[0-9a-f]{64}$/);

const strategies = fc.array(fc.stringMatching(/^[a-z-]{1,64}$/), { minLength: 1, maxLength: 16 });
const goalShape: fc.Arbitrary<Pick<GoalRecord, "kind" | "groups" | "coherence" | "trust" | "strategies">> = fc.oneof(
  record({ kind: fc.constantFrom("sync" as const, "spread" as const) }),
  record({ kind: fc.constant("cluster" as const), groups: fc.integer({ min: 1, max: 2 ** 32 - 1 }), strategies }),
  record({ kind: fc.constant("coherence" as const), coherence: share }),
  record({ kind: fc.constant("sync" as const), trust: fc.constantFrom("trusted" as const, "untrusted" as const) }),
);
const goalNumbers = record({
  goalVersion: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  periodNs: fc.integer({ min: 20e6, max: 86_400_000e6 }),
  anchorUnixMs: finite,
  anchorBeat: fc.maxSafeInteger(),
  effectiveBeat: fc.maxSafeInteger(),
});
const goal: fc.Arbitrary<GoalRecord> = fc
  .tuple(goalNumbers, goalShape, fc.option(record({ periodFromCycle: finite }), { nil: {} }))
  .map((parts) => Object.assign({}, ...parts) as GoalRecord);
const place = {
  agentId: id,
  incarnation: count,
  cycle: fc.double({ min: -1e9, max: 1e9, noNaN: true }),
  lineage: fc.option(record({ epochUnixMs: count, founderId: id }), { nil: undefined }),
};
const sample: fc.Arbitrary<PhaseSample> = fc.oneof(
  record(place),
  record({
    ...place,
    offsetCycles: fc.double({ min: 1e-9, max: 1, noNaN: true }),
    influence: fc.double({ min: 0, max: 10, noNaN: true }),
  }),
);
const frame: fc.Arbitrary<PhaseFrame> = record({
  goal,
  highestTerm: count,
  samples: fc.array(sample, { maxLength: 8 }),
});
const readingName = fc.stringMatching(/^[a-z][A-Za-z0-9_]{0,20}$/).filter((name) => name !== "subject");
const reading: fc.Arbitrary<Reading> = fc.dictionary(
  readingName,
  fc.oneof(finite, fc.boolean(), fc.string({ maxLength: 20, unit: "binary" })),
  { minKeys: 1, maxKeys: 8, noNullPrototype: true },
);
const directed = {
  scope: fc.constantFrom("swarm", "fleet"),
  targets: fc.array(id, { maxLength: 4 }),
  deadlineMs: fc.nat(),
  complianceMin: share,
};
const terms: fc.Arbitrary<DirectiveTerms> = fc.oneof(
  record(directed),
  record({ ...directed, missing: fc.array(id, { minLength: 1, maxLength: 4 }) }),
);
const committed = {
  decisionId: label,
  incidentId: label,
  type: fc.constantFrom("NORMAL", "ANOMALY_RESPONSE", "RESOURCE_OPTIMIZATION", "SAFE_MODE", "FAILOVER"),
  action: label,
  confidence: share,
  reasoning: fc.string({ maxLength: 200 }),
  term: count,
  contextVersion: count,
  policyHash: hex,
  inputHash: hex,
  input: record({
    reading,
    health: fc.option(share),
    safeMode: fc.boolean(),
    contextVersion: count,
    policyHash: hex,
  }),
  committedBy: id,
  committedAtMs: count,
};
const proposer = fc.constant({ traceparent: "00-1-2-01", tracestate: "a=1" });
const decided: fc.Arbitrary<Decision> = fc.oneof(
  record(committed),
  record({ ...committed, directive: terms }),
  record({ ...committed, trace: proposer }),
);
const source = fc.constantFrom("committed", "adopted", "safe-alone");
const act: fc.Arbitrary<Act> = record({
  agentId: id,
  incidentId: label,
  decisionId: label,
  action: label,
  source,
  atMs: count,
});

/** Cycles survive to a few units in the last place of a double; everything else exactly. */
function assertSamplesEqual(actual: readonly PhaseSample[], expected: readonly PhaseSample[]): void {
  assert.equal(actual.length, expected.length);
  for (const [index, sent] of expected.entries()) {
    const got = actual[index]!;
    assert.ok(Math.abs(got.cycle - sent.cycle) <= 4 * Number.EPSILON * Math.max(1, Math.abs(sent.cycle)));
    assert.deepEqual({ ...got, cycle: 0 }, { ...sent, cycle: 0 });
  }
}

test("a frame survives the way over the wire", () => {
  fc.assert(
    fc.property(frame, (sent) => {
      const got = frameFromWire(decodeFrame(phase.Exchange.requestSerialize(frameToWire(sent))));
      assert.deepEqual({ ...got, samples: [] }, { ...sent, samples: [] });
      assertSamplesEqual(got.samples, sent.samples);
    }),
  );
});

test("a question and its answer survive the way over the wire", () => {
  const leadership = record({ agentId: id, incarnation: count, term: count, generation: count });
  const asking = { agentId: id, incarnation: count, reading };
  const question: fc.Arbitrary<DecideRequest> = fc.oneof(
    record(asking),
    record({ ...asking, incidentId: label, leadership, assignedRole: fc.constantFrom(...agentRoles) }),
  );
  const answering = {
    decision: decided,
    source,
    latencyMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
    contextHit: fc.boolean(),
  };
  const repeatedBecause = fc.string({ minLength: 1, maxLength: 200 });
  const answer: fc.Arbitrary<DecideOutcome> = fc.oneof(record(answering), record({ ...answering, repeatedBecause }));
  const { requestSerialize, requestDeserialize, responseSerialize, responseDeserialize } = decision.Decide;
  fc.assert(
    fc.property(question, answer, (asked, answered) => {
      assert.deepEqual(requestFromWire(requestDeserialize(requestSerialize(requestToWire(asked)))), asked);
      assert.deepEqual(outcomeFromWire(responseDeserialize(responseSerialize(outcomeToWire(answered)))), answered);
    }),
  );
});

test("an observation survives the way over the wire and lands on the observer's clock", () => {
  const instant = fc.integer({ min: 0, max: 1e15 });
  const observation: fc.Arbitrary<Observation> = record({
    atNs: instant,
    goal: fc.option(goal, { nil: undefined }),
    strategy: fc.constantFrom("", "sync"),
    phases: fc.array(sample, { maxLength: 4 }),
    energies: fc.array(record({ agentId: id, energy: fc.double({ min: 0, max: 1e6, noNaN: true }) }), { maxLength: 4 }),
    beats: fc.array(
      record({
        agentId: id,
        goalVersion: fc.nat(),
        beat: fc.maxSafeInteger(),
        intendedNs: instant,
        firedNs: instant,
        skipped: fc.nat(),
      }),
      { maxLength: 4 },
    ),
    acts: fc.array(record({ act, latencyMs: fc.nat(), contextHit: fc.boolean() }), { maxLength: 4 }),
  });
  const { responseSerialize, responseDeserialize } = agent.Observe;
  fc.assert(
    fc.property(observation, fc.integer({ min: -1e15, max: 1e15 }), (sent, offsetNs) => {
      const got = observationFromWire(responseDeserialize(responseSerialize(observationToWire(sent))), offsetNs);
      assertSamplesEqual(got.phases, sent.phases);
      assert.equal(got.atNs, sent.atNs - offsetNs);
      assert.deepEqual(got.energies, sent.energies);
      assert.deepEqual(
        got.beats,
        sent.beats.map((beat) => ({
          ...beat,
          intendedNs: beat.intendedNs - offsetNs,
          firedNs: beat.firedNs - offsetNs,
        })),
      );
      assert.deepEqual(
        { goal: got.goal, acts: got.acts, strategy: got.strategy },
        { goal: sent.goal, acts: sent.acts, strategy: sent.strategy },
      );
    }),
  );
});

test("a phase outside [0, 2π), a bad id or an unsafe number is refused by its name on the wire", () => {
  const good = frameToWire({
    goal: { goalVersion: 1, kind: "sync", periodNs: 1e9, anchorUnixMs: 0, anchorBeat: 0, effectiveBeat: 0 },
    highestTerm: 0,
    samples: [{ agentId: "a", incarnation: 1, cycle: 0.5, lineage: undefined }],
  });
  const [phaseGood] = good.phases!;
  const wrong: readonly [string, object][] = [
    ["phases[0].phase_rad", { phases: [{ ...phaseGood, phaseRad: 2 * Math.PI }] }],
    ["phases[0].phase_rad", { phases: [{ ...phaseGood, phaseRad: -0.1 }] }],
    ["phases[0].phase_rad", { phases: [{ ...phaseGood, phaseRad: Number.NaN }] }],
    ["phases[0].agent_id", { phases: [{ ...phaseGood, agentId: "no spaces" }] }],
    ["phases[0].beat", { phases: [{ ...phaseGood, beat: "9007199254740993" }] }],
    ["phases[0].lineage.founder_id", { phases: [{ ...phaseGood, lineage: { epochUnixMs: 1, founderId: "" } }] }],
    ["highest_term", { highestTerm: "18446744073709551615" }],
    ["goal.kind", { goal: { ...good.goal, kind: "chaos" } }],
    ["goal.period_ns", { goal: { ...good.goal, periodNs: 1 } }],
    ["goal.goal_version", { goal: { ...good.goal, goalVersion: 0 } }],
    ["goal.anchor_unix_ms", { goal: { ...good.goal, anchorUnixMs: Number.POSITIVE_INFINITY } }],
    ["goal", { goal: null }],
  ];
  for (const [field, change] of wrong) {
    const bytes = phase.Exchange.requestSerialize({ ...good, ...change });
    assert.throws(() => frameFromWire(decodeFrame(bytes)), { code: "invalid-argument", field }, field);
  }
});

test("a reading that names a value twice, or none, is refused by its name", () => {
  const { requestSerialize, requestDeserialize } = decision.Decide;
  const read = (given: object) =>
    requestFromWire(requestDeserialize(requestSerialize({ agentId: "a", incarnation: 1, reading: given })));
  assert.throws(() => read({ numbers: { heat: 1 }, texts: { heat: "high" } }), { field: "reading.heat" });
  assert.throws(() => read({ numbers: { heat: Number.NaN } }), { field: "reading.heat" });
  assert.throws(() => read({ flags: { Heat: true } }), { field: "reading.Heat" });
  assert.throws(() => read({}), { field: "reading" });
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`n${index}`, index]));
  assert.throws(() => read({ numbers: many }), { field: "reading" });
});
