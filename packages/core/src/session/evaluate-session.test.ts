import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createRandom, EntrainError, type Json } from "@entrain/kernel";
import { evaluateSession, type Evaluate, type WantedStep } from "./evaluate-session.ts";
import { patterns } from "./patterns/index.ts";
import { foldSession } from "./session-record.ts";
import { capabilitiesOf, sessionSpec } from "./session-spec.ts";
import type { Outcome, SessionEntry, SessionEvent, SessionEnd } from "./session.ts";

const byName = new Map(patterns.map((pattern) => [pattern.name, pattern]));

/** Paths such as `value.words`, numbers, and `a > b`: enough to test what is done with expressions. */
const evaluate: Evaluate = (expression, variables) => {
  const [left = "", operator, right = ""] = expression.split(" ");
  const valueOf = (text: string): Json => {
    if (/^\d+$/.test(text)) return Number(text);
    return text.split(".").reduce<Json>((value, name) => {
      if (typeof value !== "object" || value === null || !(name in value))
        throw new EntrainError("invalid-argument", `there is no ${text}`);
      return (value as Readonly<Record<string, Json>>)[name]!;
    }, variables);
  };
  return operator === ">" ? Number(valueOf(left)) > Number(valueOf(right)) : valueOf(left);
};
const options = { evaluate, patterns: byName };

const spec = (wish: object) => sessionSpec(wish, "s", { patterns: byName, checkExpression: () => undefined });

type Worker = (step: WantedStep) => Outcome;
const done = (value: Json): Outcome => ({ ok: true, value });
const failed = (cause: string): Outcome => ({ ok: false, cause });

interface Played {
  readonly end: SessionEnd;
  readonly entries: readonly SessionEntry[];
  readonly steps: readonly string[];
}

/** Drives a session to its end; steps end in an order drawn from the seed. `from`: what the last owner had written. */
function play(wish: object, work: Worker, seed = "seed", from: readonly SessionEntry[] = []): Played {
  const whole = spec(wish);
  const random = createRandom(seed);
  const fold = foldSession();
  const entries: SessionEntry[] = [];
  const append = (event: SessionEvent): void => {
    const entry = { number: entries.length + 1, atMs: entries.length, event };
    entries.push(entry);
    fold.enter(entry);
  };
  for (const { event } of from) append(event);
  for (let guard = 0; guard < 1_000; guard++) {
    const plan = evaluateSession(whole, fold.record, options);
    if (plan.end !== null) return { end: plan.end, entries, steps: [...fold.record.ended.keys()] };
    for (const { path, count } of plan.rosters)
      append({ kind: "roster", path, agents: ["a", "b", "c", "d", "e"].slice(0, count) });
    const { wanted } = plan;
    if (wanted.length === 0) continue;
    const step = wanted[random.int(wanted.length)]!;
    const agentId = step.agentId ?? "a";
    append({ kind: "started", path: step.path, capability: step.step.capability, agentId: step.agentId });
    append({ kind: "ended", path: step.path, outcome: work(step), agentId });
  }
  throw new Error("the session never ends");
}

const step = (capability: string, more: object = {}) => ({ capability, ...more });
const textOf = (input: Json): string => (typeof input === "string" ? input : JSON.stringify(input));

/** Each capability says what it was given, so that the result shows the way that values took. */
const echo: Worker = ({ step: { capability }, input }) => done(`${capability}(${textOf(input)})`);

const count: Worker = ({ step: { capability }, input, agentId }) => {
  switch (capability) {
    case "split":
      return done(textOf(input).split(" "));
    case "count":
      return done({ words: 1, letters: textOf(input).length });
    case "vote":
      return done({ choice: agentId === "a" ? "left" : "right", reason: `${agentId} says so` });
    default:
      return done(null);
  }
};

/** One of each, small, with the result that it must have. */
const samples: Readonly<Record<string, { readonly pattern: object; readonly work: Worker; readonly result: Json }>> = {
  pipeline: {
    pattern: { pattern: "pipeline", stages: [step("one"), step("two"), step("three")] },
    work: echo,
    result: "three(two(one(in)))",
  },
  "parallel-merge": {
    pattern: { pattern: "parallel-merge", branches: [step("one"), step("two")], merge: "list" },
    work: echo,
    result: ["one(in)", "two(in)"],
  },
  "leader-follower": {
    pattern: { pattern: "leader-follower", decompose: step("split"), work: step("count"), merge: "sum" },
    work: count,
    result: { words: 1, letters: 2 },
  },
  competitive: {
    pattern: { pattern: "competitive", task: step("count"), contestants: 3, score: "result.letters" },
    work: ({ agentId }) => done({ letters: agentId === "b" ? 9 : 1 }),
    result: { winner: "b", value: { letters: 9 } },
  },
  consensus: {
    pattern: { pattern: "consensus", vote: step("vote"), voters: 3 },
    work: count,
    result: {
      choice: "right",
      round: 1,
      counts: { left: 1, right: 2 },
      dissent: [{ voter: "a", choice: "left", reason: "a says so" }],
      voters: ["a", "b", "c"],
    },
  },
  hierarchical: {
    pattern: {
      pattern: "hierarchical",
      teams: {
        north: { pattern: "pipeline", stages: [step("one"), step("two")] },
        south: { pattern: "parallel-merge", branches: [step("three")], merge: "list" },
      },
    },
    work: echo,
    result: { north: "two(one(in))", south: ["three(in)"] },
  },
};

describe("every pattern", () => {
  for (const [name, { pattern, work, result }] of Object.entries(samples)) {
    test(`${name}: comes to the same result in whatever order its steps end`, () => {
      for (let seed = 0; seed < 20; seed++) {
        const { end } = play({ pattern, input: "in" }, work, `seed ${seed}`);
        assert.deepEqual([end.state, end.result, end.score], ["converged", result, 100]);
      }
    });

    test(`${name}: comes to the same result when its owner dies after any entry of its log`, () => {
      const { entries, end } = play({ pattern, input: "in" }, work);
      for (let at = 0; at <= entries.length; at++) {
        const resumed = play({ pattern, input: "in" }, work, `other ${at}`, entries.slice(0, at));
        assert.deepEqual(resumed.end, end, `after entry ${at}`);
      }
    });

    test(`${name}: is failed, with the step's cause, where every step fails`, () => {
      const { end } = play({ pattern, input: "in" }, () => failed("no luck"));
      assert.equal(end.state, "failed");
      assert.match(end.cause, name === "consensus" ? /no choice passed \(majority of 3\) in 3 rounds/ : /no luck/);
    });
  }
});

test("a pipeline that fails undoes what was done, the last first, and says why it failed", () => {
  const stages = [
    step("reserve", { compensate: step("release") }),
    step("pay", { compensate: step("refund") }),
    step("ship"),
  ];
  const order: string[] = [];
  const { end } = play({ pattern: { pattern: "pipeline", stages }, input: "in" }, (wanted) => {
    order.push(wanted.step.capability);
    return wanted.step.capability === "ship" ? failed("no van") : echo(wanted);
  });
  assert.deepEqual(order, ["reserve", "pay", "ship", "refund", "release"]);
  assert.deepEqual([end.state, end.cause], ["failed", "stage 2: no van"]);
});

test("a partial merge takes what succeeded, and fails once too few can", () => {
  const branches = [step("one"), step("two"), step("three")];
  const work: Worker = (wanted) => (wanted.step.capability === "two" ? failed("gone") : echo(wanted));
  const run = (partial: unknown) =>
    play({ pattern: { pattern: "parallel-merge", branches, partial }, input: "in" }, work).end;
  assert.deepEqual(run(2).result, ["one(in)", "three(in)"]);
  assert.deepEqual(run("any").result, ["one(in)", "three(in)"]);
  assert.deepEqual([run("all").state, run("all").cause], ["failed", "branch two: gone".replace("two", "1")]);
});

test("branches over a list are begun a few at a time, and each has its item", () => {
  const pattern = {
    pattern: "parallel-merge",
    over: "=input.files",
    each: step("read", { input: { file: "=item", at: "=index" } }),
    concurrency: 2,
  };
  const whole = spec({ pattern, input: { files: ["x", "y", "z"] } });
  const { wanted } = evaluateSession(whole, foldSession().record, options);
  assert.deepEqual(
    wanted.map(({ input }) => input),
    [
      { file: "x", at: 0 },
      { file: "y", at: 1 },
    ],
  );
});

test("the first of several contestants wins, and the others are wanted no more", () => {
  const pattern = { pattern: "competitive", task: step("run"), contestants: 3, choose: "first" };
  const { end, steps } = play({ pattern, input: "in" }, ({ agentId }) =>
    agentId === "c" ? failed("fell") : done(agentId),
  );
  const { winner, value } = end.result as { readonly winner: string; readonly value: string };
  assert.equal(winner, value);
  assert.ok(steps.length < 3);
});

test("a consensus hears minds that change, and nobody's silence passes anything (P2)", () => {
  const pattern = { pattern: "consensus", vote: step("vote"), voters: 4, policy: "two-thirds", rounds: 2 };
  const changing: Worker = ({ input, agentId }) => {
    const { previous } = input as { readonly previous: Json };
    return done({ choice: previous === null ? agentId! : "together" });
  };
  const { end } = play({ pattern, input: "in" }, changing);
  assert.deepEqual([end.state, (end.result as { readonly round: number }).round], ["converged", 2]);
  const half: Worker = ({ agentId }) => (agentId! < "c" ? done({ choice: "yes" }) : failed("silent"));
  assert.equal(play({ pattern, input: "in" }, half).end.state, "failed");
  assert.equal(play({ pattern: { ...pattern, policy: "majority" }, input: "in" }, half).end.state, "failed");
});

test("a quorum larger than the session fails, and says how many there are", () => {
  const { end } = play({ pattern: { pattern: "consensus", vote: step("vote"), voters: 9 } }, echo);
  assert.equal(end.cause, "voters is 9, and 5 agents offer vote: ask for fewer, or start more");
});

test("iterations go on until the criteria are met; what is missed has diverged, with the parts of its score", () => {
  const wish = {
    pattern: step("grow", { input: "=iteration" }),
    iterationsMax: 3,
    goal: {
      threshold: 50,
      criteria: [
        { name: "big", condition: "result > 2", weight: 3, required: true },
        { name: "huge", condition: "result > 100", weight: 1 },
        { name: "odd", condition: "result.nothing" },
      ],
    },
  };
  const grow: Worker = ({ input }) => done(input);
  const { end, steps } = play(wish, grow);
  assert.deepEqual([end.state, end.result, end.score, steps.length], ["converged", 3, 60, 3]);
  const short = play({ ...wish, iterationsMax: 2 }, grow).end;
  assert.deepEqual([short.state, short.score], ["diverged", 0]);
  assert.match(short.cause, /score 0.0 of 50, not met: big, huge, odd/);
});

test("the capabilities of a pattern are found wherever they are, but not in data", () => {
  const pattern = { pattern: "pipeline", stages: [step("one", { input: { capability: "data" } }), step("two")] };
  assert.deepEqual([...capabilitiesOf(spec({ pattern }).pattern as Json)], ["one", "two"]);
});

test("what is wrong is refused by its field", () => {
  const cyclic: Record<string, unknown> = { pattern: "pipeline" };
  cyclic["stages"] = [cyclic];
  const deep = (depth: number): object =>
    depth === 0 ? step("one") : { pattern: "pipeline", stages: [deep(depth - 1)] };
  const cases: readonly (readonly [object, RegExp])[] = [
    [{}, /^pattern is undefined: give an object/],
    [{ pattern: { pattern: "pipelines" } }, /^pattern\.pattern is "pipelines": there are leader-follower, consensus/],
    [{ pattern: cyclic }, /a part that contains itself/],
    [{ pattern: deep(9) }, /nest patterns at most 8 deep/],
    [{ pattern: { pattern: "pipeline", stages: [] } }, /^pattern\.stages is a list: give a list of 1 to 100/],
    [{ pattern: step("one", { trisMax: 1 }) }, /^pattern\.trisMax is not known; did you mean triesMax/],
    [{ pattern: step("two words") }, /^pattern\.capability is "two words"/],
    [{ pattern: { pattern: "competitive", task: step("one"), contestants: 1, score: "x" } }, /^pattern\.contestants/],
    [{ pattern: { pattern: "consensus", vote: step("one"), voters: 3, policy: "most" } }, /^pattern\.policy is "most"/],
    [{ pattern: step("one"), timeoutMs: 1 }, /^timeoutMs is 1: give a whole number from 100/],
    [{ pattern: step("one"), goal: { threshold: 101 } }, /^goal\.threshold is 101/],
    [{ pattern: step("one"), budget: { budgetId: "b", amounts: { credits: -1 } } }, /credits/],
    [
      { pattern: step("one"), budget: { budgetId: "b", amounts: { credits: 1 }, exhausted: "beg" } },
      /exhausted is "beg"/,
    ],
    [{ pattern: { pattern: "parallel-merge" } }, /give branches, or each with over/],
  ];
  for (const [wish, message] of cases) assert.throws(() => spec(wish), { code: "invalid-argument", message });
});
