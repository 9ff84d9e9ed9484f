/**
 * Decision loops around one oracle store, for tests: a policy whose conditions read `name >= number`, a reasoner that says
 * what its rule says, and a record of all events.
 */
import { createHash } from "node:crypto";
import { EntrainError } from "@entrain/kernel";
import type { Leadership } from "@entrain/core/election";
import {
  checkPolicy,
  defaultPolicy,
  normalFingerprint,
  normalVerdict,
  ruleVerdict,
  subjectOf,
  type Policy,
  type Reading,
  type Rule,
} from "@entrain/core/decision";
import type { Clock, PolicyCompiler, Reasoner, RuntimeEvent, StoreHealth, Timers } from "@entrain/ports";
import { ContextFollower } from "../context/context-follower.ts";
import { createDecisionLoop } from "./decision-loop.ts";
import type { DecisionLoop, DecisionLoopOptions } from "./decision-loop-contract.ts";
import { createOracleStore, type Fate, type OracleStore } from "./oracle-store.ts";

/** Every command takes this long there and back, ms. */
const oneWayMs = 0.5;

const hot: Rule = {
  id: "hot",
  when: "temperature >= 80",
  kind: "overheating",
  band: "critical",
  type: "ANOMALY_RESPONSE",
  action: "cool_down",
  confidence: 0.9,
  reasoning: "temperature at or over 80 °C",
};

/** One rule: from 80 °C, cool down. */
export const hotPolicy: Policy = { ...defaultPolicy, rules: [hot] };

/** A policy like `hotPolicy` with another action. */
export function hotPolicyWith(action: string, when = hot.when): Policy {
  return { ...hotPolicy, rules: [{ ...hot, action, when }] };
}

/** Compiles conditions of the form `name >= number`. */
export const compileOracle: PolicyCompiler = (candidate) => {
  const policy = checkPolicy(candidate);
  const rules = policy.rules.map((rule, index) => {
    const [, name = "", limit] = /^(\w+) >= (\d+)$/.exec(rule.when) ?? [];
    if (limit === undefined)
      throw EntrainError.invalid(`policy.rules[${index}].when`, rule.when, "at line 1, column 1: write name >= number");
    return { rule, name, limit: Number(limit) };
  });
  return {
    policy,
    numberFields: new Set(rules.map(({ name }) => name)),
    holds: () => false,
    classify(reading) {
      const failures: { ruleId: string; message: string }[] = [];
      for (const { rule, name, limit } of rules) {
        const value = reading[name];
        if (typeof value === "number" && value >= limit)
          return { fingerprint: { kind: rule.kind, subject: subjectOf(reading), band: rule.band }, rule, failures };
        if (typeof value === "string") failures.push({ ruleId: rule.id, message: "a text is no number" });
      }
      return { fingerprint: normalFingerprint(reading), rule: undefined, failures };
    },
  };
};

const alwaysUp: StoreHealth = {
  status: () => ({ up: true, generation: 1 }),
  watch: () => () => undefined,
};

/** Says what the rule says. */
export const ruleReasoner: Reasoner = {
  name: "rules",
  reason: ({ rule }) => (rule === undefined ? normalVerdict : ruleVerdict(rule)),
};

export const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A store, and loops around it. */
export interface OracleWorld {
  readonly store: OracleStore;
  readonly events: RuntimeEvent[];
  /** A started loop with a connection of its own, by default a quick and sound one. */
  join(
    options?: Partial<DecisionLoopOptions> & {
      readonly fate?: (command: string) => Fate;
      readonly pushMs?: () => number | undefined;
    },
  ): DecisionLoop;
  /** Makes the agent the leader, in the next term. */
  elect(agentId: string): Leadership;
  eventsOf<Kind extends RuntimeEvent["kind"]>(kind: Kind): Extract<RuntimeEvent, { readonly kind: Kind }>[];
}

/** A world with an empty store. */
export function createOracleWorld(clock: Clock, timers: Timers, policy: Policy = hotPolicy): OracleWorld {
  const store = createOracleStore(clock, timers);
  const events: RuntimeEvent[] = [];
  let ids = 0;
  let term = 0;
  return {
    store,
    events,
    join(options = {}) {
      const { fate = () => ({ thereMs: oneWayMs, backMs: oneWayMs }), pushMs, ...others } = options;
      const { contextStore, ...connection } = store.connect(fate, pushMs);
      const sink = others.events ?? ((event: RuntimeEvent) => events.push(event));
      const context = new ContextFollower({
        store: contextStore,
        health: alwaysUp,
        timers,
        events: sink,
        initial: { policy: { decision: structuredClone(others.policy ?? policy) as never } },
        seed: `follower-${++ids}`,
      });
      const loop = createDecisionLoop({
        ...connection,
        context,
        health: alwaysUp,
        registry: { fleet: () => Promise.resolve([]) },
        clock,
        timers,
        reasoner: ruleReasoner,
        compile: compileOracle,
        events: sink,
        sha256Hex,
        newId: () => `d-${++ids}`,
        policy,
        ...others,
      });
      context.start();
      void loop.start();
      return {
        start: () => loop.start(),
        async stop() {
          await loop.stop();
          context.stop();
        },
        decide: (request) => loop.decide(request),
        agree: (request, outcome) => loop.agree(request, outcome),
        context: (agentId, leads) => loop.context(agentId, leads),
        observe: (reading) => loop.observe(reading),
        history: () => loop.history(),
        stats: () => loop.stats(),
        isWarm: () => loop.isWarm(),
        vote: (question, signal) => loop.vote(question, signal),
        swarmMode: () => loop.swarmMode(),
      };
    },
    elect(agentId) {
      term += 1;
      const held = { agentId, incarnation: 1, term, generation: 1 };
      store.leader = { ...held, remainingMs: 2_000 };
      return held;
    },
    eventsOf: (kind) => events.filter((event) => event.kind === kind) as never,
  };
}

/** A reading over the threshold, and one under it. */
export const hotReading: Reading = { temperature: 85 };
export const coolReading: Reading = { temperature: 20 };
