import assert from "node:assert/strict";
import { hostname } from "node:os";
import { inspect } from "node:util";
import { test } from "node:test";
import fc from "fast-check";
import { checkId, EntrainError, type ErrorCode } from "@entrain/kernel";
import { defaultEnergy, evenTemperament } from "@entrain/core/rhythm";
import { createAgentId, resolveHostOptions, type HostOptions } from "./agent-options.ts";
import type { RhythmOptions } from "./rhythm-options.ts";

const minimal: HostOptions = { swarm: "orders", redis: "redis://127.0.0.1:6379" };

/** What is said of options as a user of JavaScript might give them. */
function refusalOf(options: Record<string, unknown>, agentIds: readonly string[] = ["a"]): EntrainError {
  try {
    resolveHostOptions({ ...minimal, ...options }, agentIds);
  } catch (thrown) {
    assert.ok(thrown instanceof EntrainError, `it should be refused with an EntrainError, not ${String(thrown)}`);
    return thrown;
  }
  assert.fail("it should have been refused");
}

test("a swarm and a store are enough; the rest has defaults", () => {
  const options = resolveHostOptions(minimal, ["a"]);
  const { processId, host, events, election, membership, voters, rhythm, patterns, ...rest } = options;
  assert.match(processId, /^p-[0-9a-f-]{36}$/);
  assert.equal(host, hostname());
  events({ kind: "store.changed", up: true, generation: 1 });
  assert.deepEqual(voters, { aliveForMs: 4_000, evictAfterMs: 60_000, votersMin: 2 });
  assert.deepEqual([election.leaseMs, election.requestTimeoutMs, membership.heartbeatMs], [2_000, 400, 500]);
  assert.deepEqual(rhythm.goal, { kind: "sync", periodMs: 1_000 });
  assert.deepEqual([rhythm.energy, rhythm.temperament], [defaultEnergy, evenTemperament]);
  assert.deepEqual(patterns.get("pipeline")?.name, "pipeline");
  assert.deepEqual(rest, {
    swarmId: "orders",
    agentIds: ["a"],
    redis: minimal.redis,
    listen: { host: "127.0.0.1", port: 0 },
    advertise: undefined,
    tls: undefined,
    insecure: false,
    reasoner: undefined,
    coordinate: false,
    decisionLoop: undefined,
    requireStore: false,
    opsUrl: "",
    spin: "auto",
    duplicateId: "take-over",
    storeTimeoutMs: 400,
  });
});

test("a named goal brings what it needs, and what is given beside it takes its place", () => {
  const goalOf = (rhythm: RhythmOptions) => resolveHostOptions({ ...minimal, rhythm }, ["a"]).rhythm.goal;
  const strategies = ["rank-slots", "frequency-lock", "pulse-coupling"];
  const latency = { kind: "coherence", coherence: 0.85, periodMs: 100, strategies };
  assert.deepEqual(goalOf({ goal: "minimise-latency" }), latency);
  const own = { periodMs: 500, coherence: 0.9, strategies: ["rank-slots"] };
  assert.deepEqual(goalOf({ goal: "minimise-latency", ...own }), { kind: "coherence", ...own });
});

test("every wrong option is refused by its own name", () => {
  const wrong: readonly (readonly [Record<string, unknown>, string, ErrorCode?])[] = [
    [{ swarm: undefined }, "swarm"],
    [{ swarm: "no spaces" }, "swarm"],
    [{ redis: undefined }, "redis"],
    [{ redis: 6379 }, "redis"],
    [{ listen: { port: 65_536 } }, "listen.port"],
    [{ listen: { port: "80" } }, "listen.port"],
    [{ advertise: { host: "h", port: 0 } }, "advertise.port"],
    [{ listen: { host: "0.0.0.0" }, insecure: true }, "advertise", "invalid-config"],
    [{ listen: { host: "::" }, insecure: true }, "advertise", "invalid-config"],
    [{ rhythm: { goal: "waltz" } }, "rhythm.goal"],
    [{ rhythm: { periodMs: 1 } }, "rhythm.periodMs"],
    [{ rhythm: { groups: 3 } }, "rhythm.groups"],
    [{ rhythm: { strategies: ["mine"] } }, "rhythm.strategies"],
    [{ rhythm: { energy: { capacity: 0 } } }, "rhythm.energy.capacity"],
    [{ rhythm: { energy: { recoveryPerS: -1 } } }, "rhythm.energy.recoveryPerS"],
    [{ rhythm: { temperament: { stubbornness: 2 } } }, "rhythm.temperament.stubbornness"],
    [
      { rhythm: { ownStrategies: [{ name: "mine", entry: "adopt", serves: [], propose: () => 0 }] } },
      "rhythm.ownStrategies.0",
    ],
    [{ rhythm: { goal: "coherence", coherence: 2 } }, "rhythm.coherence"],
    [{ rhythm: { trust: "blind" } }, "rhythm.trust"],
    [{ rhythm: { strategies: ["hope"] } }, "rhythm.strategies"],
    [{ decide: "yes" }, "decide"],
    [{ decide: { name: "r" } }, "decide"],
    [{ decide: null }, "decide"],
    [{ election: { leaseMs: 100 } }, "leaseMs", "invalid-config"],
    [{ membership: { deadAfterMs: 1 } }, "deadAfterMs", "invalid-config"],
    [{ duplicateId: "ask" }, "duplicateId", "invalid-argument"],
    [{ voters: { votersMin: 1 } }, "votersMin", "invalid-config"],
    [{ peroid: 3 }, "peroid"],
    [{ rhythm: "sync" }, "rhythm"],
    [{ rhythm: { period: 3 } }, "rhythm.period"],
    [{ rhythm: { energy: { capcity: 3 } } }, "rhythm.energy.capcity"],
    [{ rhythm: { temperament: "calm" } }, "rhythm.temperament"],
    [{ rhythm: { ownStrategies: {} } }, "rhythm.ownStrategies"],
    [{ listen: "127.0.0.1:5999" }, "listen"],
    [{ listen: { prot: 5_999 } }, "listen.prot"],
    [{ listen: { host: 1 } }, "listen.host"],
    [{ advertise: "h:1" }, "advertise"],
    [{ advertise: { port: 1 } }, "advertise.host"],
    [{ coordinate: "yes" }, "coordinate"],
    [{ insecure: 1 }, "insecure"],
    [{ requireStore: null }, "requireStore"],
    [{ spin: true }, "spin"],
    [{ opsUrl: 8080 }, "opsUrl"],
    [{ decisionLoop: 5 }, "decisionLoop"],
    [{ events: "stdout" }, "events"],
    [{ patterns: {} }, "patterns"],
    [{ tls: "on" }, "tls"],
    [{ election: { lease: 100 } }, "election.lease"],
    [{ membership: { deadAfter: 1 } }, "membership.deadAfter"],
    [{ voters: { voterMin: 3 } }, "voters.voterMin"],
    [{ storeTimeoutMs: "1s" }, "storeTimeoutMs"],
  ];
  for (const [options, field, code = "invalid-argument"] of wrong) {
    const error = refusalOf(options);
    assert.deepEqual([error.field, error.code], [field, code], inspect(options));
    assert.ok(error.message.includes(`${field} `), error.message);
  }
});

test("key material that is no material is not repeated", () => {
  const pem = "-----BEGIN PRIVATE KEY-----";
  const error = refusalOf({ tls: pem });
  assert.equal(error.message, "tls is of the kind string: give { ca, cert, key }, or a source of them");
  assert.ok(!inspect(error).includes(pem));
});

test("a slip in an option's name is answered with the name that was meant", () => {
  assert.equal(refusalOf({ coordinat: true }).message, "coordinat is not known; did you mean coordinate?");
  assert.match(refusalOf({ rhythm: { period: 3 } }).message, /^rhythm\.period is not known; did you mean periodMs\?$/);
});

test("a goal is founded with all that its kind takes", () => {
  const {
    rhythm: { goal },
  } = resolveHostOptions({ ...minimal, rhythm: { goal: "cluster", groups: 3, trust: "untrusted" } }, ["a"]);
  assert.deepEqual(goal, { kind: "cluster", periodMs: 1_000, groups: 3, trust: "untrusted" });
});

test("agents of one process have valid ids of their own", () => {
  assert.equal(refusalOf({}, ["a", "a"]).field, "agentId");
  assert.equal(refusalOf({}, ["a b"]).field, "agentId");
  assert.deepEqual(resolveHostOptions(minimal, ["a", "b"]).agentIds, ["a", "b"]);
});

test("a function is as good a reasoner as an object with a name", () => {
  const reason = () => ({ type: "NORMAL", action: "none", confidence: 1, reasoning: "" }) as const;
  assert.deepEqual(resolveHostOptions({ ...minimal, decide: reason }, ["a"]).reasoner, { name: "user", reason });
  const named = { name: "mine", reason };
  assert.equal(resolveHostOptions({ ...minimal, decide: named }, ["a"]).reasoner, named);
});

test("an address that stands for all of a machine's is listened on where another one is advertised", () => {
  const advertise = { host: "agent-7.example", port: 4_000 };
  const resolved = resolveHostOptions({ ...minimal, listen: { host: "0.0.0.0", port: 4_000 }, advertise }, ["a"]);
  assert.deepEqual(resolved.advertise, advertise);
});

test("ids that are made up are valid and differ", () => {
  const ids = Array.from({ length: 50 }, createAgentId);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.equal(checkId("agentId", id), id);
});

test("whatever is given as ports, ids and periods, it is taken or refused with an EntrainError", () => {
  const anything = fc.record(
    {
      swarm: fc.anything(),
      listen: fc.record({ host: fc.string(), port: fc.anything() }),
      rhythm: fc.record({ periodMs: fc.anything() }),
      decide: fc.anything(),
      redis: fc.anything(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(anything, (options) => {
      try {
        resolveHostOptions({ ...minimal, ...options } as HostOptions, ["a"]);
      } catch (thrown) {
        assert.ok(thrown instanceof EntrainError, inspect(thrown));
      }
    }),
  );
});
