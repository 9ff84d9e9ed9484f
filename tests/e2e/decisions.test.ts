import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Injection } from "./console-api.ts";
import { until } from "./until.ts";
import { startSwarm, type SwarmUnderTest } from "./swarm-under-test.ts";

const incidents = 200;
const atOnce = 8;

describe("decisions of a whole swarm", () => {
  let swarm: SwarmUnderTest;
  before(async () => {
    swarm = await startSwarm();
  });
  after(() => swarm[Symbol.asyncDispose]());

  /** What the agents must have in common. */
  const shared = ({ decisions }: Injection) => [
    ...new Set(decisions.map(({ agentId: _, source: __, ...decision }) => JSON.stringify(decision))),
  ];

  test("one reading gives five equal decisions: id, action, term, context version and policy", async () => {
    const { term } = await swarm.api.leader();
    // Agents that have just started may be late once; asked again they give the decision that stands.
    const answer = await until("all five answer", async () => {
      const answered = await swarm.api.inject({ temperature: 85, subject: "rack-7" });
      return answered.missing.length === 0 && answered;
    });
    assert.deepEqual([answer.decisions.length, answer.divergence], [5, 0]);
    assert.equal(shared(answer).length, 1, shared(answer).join("\n"));
    assert.equal(answer.decisions.filter(({ source }) => source === "safe-alone").length, 0);
    assert.equal(answer.decisions[0]!.term, term);
    assert.notEqual(answer.decisions[0]!.type, "NORMAL");
  });

  test("a reading that no rule concerns commits that nothing is to be done", async () => {
    const answer = await swarm.api.inject({ temperature: 20, subject: "rack-8" });
    assert.deepEqual([...new Set(answer.decisions.map(({ type, action }) => `${type} ${action}`))], ["NORMAL none"]);
  });

  test("a number in quotes, a list and a null are refused by the field's name, and decide nothing", async () => {
    // Of the first two the shape is wrong; what the rules take for a number only the agents know, and they say so alike.
    for (const [temperature, place] of [
      ["[85]", /\/telemetry\/temperature/],
      ["null", /\/telemetry\/temperature/],
      ['"85"', /telemetry.temperature/],
    ] as const) {
      const response = await fetch(`${swarm.url}/api/v1/telemetry`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: `{"telemetry":{"temperature":${temperature}},"incident":"mistyped"}`,
        signal: AbortSignal.timeout(10_000),
      });
      const problem = await response.text();
      assert.equal(response.status, 422, problem);
      assert.match(response.headers.get("content-type") ?? "", /application\/problem\+json/);
      assert.match(problem, place);
    }
    const decided = await swarm.api.decisions(100);
    assert.equal(
      decided.find(({ incidentId }) => incidentId === "mistyped"),
      undefined,
    );
  });

  test("the same incident reported many times at once has one decision", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => swarm.api.inject({ temperature: 91 }, "the-same-for-all")),
    );
    assert.equal(new Set(answers.flatMap(shared)).size, 1);
  });

  test(`${incidents} incidents, ${atOnce} at a time, diverge in none`, async (t) => {
    const { count: before } = (await swarm.api.swarm()).decisions;
    const answers: Injection[] = [];
    const names = Array.from({ length: incidents }, (_, index) => `storm-${index}`);
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let name = names.shift(); name !== undefined; name = names.shift())
          answers.push(await swarm.api.inject({ temperature: 60 + (answers.length % 40) }, name));
      }),
    );
    assert.equal(answers.length, incidents);
    assert.deepEqual(
      answers.filter((answer) => shared(answer).length !== 1 || answer.divergence !== 0),
      [],
    );
    // A loaded machine may cost a connection, and with it an answer in time; never agreement.
    const late = answers.filter(({ missing }) => missing.length > 0).length;
    t.diagnostic(`${late} of ${incidents} incidents lacked an answer in time`);
    assert.ok(late <= incidents / 20, `${late} incidents lacked an answer`);
    const { count, divergence } = (await swarm.api.swarm()).decisions;
    assert.equal(divergence, 0);
    assert.ok(count - before >= incidents, `${count - before} decisions for ${incidents} incidents`);
  });
});
