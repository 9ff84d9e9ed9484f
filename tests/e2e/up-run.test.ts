import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { existsSync, readdirSync } from "node:fs";
import { startSwarm, type SwarmUnderTest } from "./swarm-under-test.ts";

const forMs = 15_000;
const agentIds = ["agent-1", "agent-2", "agent-3", "agent-4", "agent-5"];

describe("entrain up --for 15s --json", () => {
  let swarm: SwarmUnderTest;
  before(async () => {
    swarm = await startSwarm({ flags: ["--for", "15s"] });
  });
  after(() => swarm[Symbol.asyncDispose]());

  test("tells one service line per process, with a pid that lives and an ops address of its own", () => {
    const services = swarm.services();
    assert.deepEqual(
      services.map(({ name }) => name).sort(),
      [...agentIds, "console", "coordinator", "decision-loop"].sort(),
    );
    for (const { name, pid } of services) assert.ok(process.kill(pid, 0), `${name} lives`);
    assert.equal(new Set(services.map(({ opsUrl }) => opsUrl)).size, services.length);
  });

  test("every process answers for its health and serves metrics that promtool accepts", async () => {
    for (const { name, opsUrl } of swarm.services()) {
      for (const path of ["/healthz", "/readyz"])
        assert.equal((await fetch(new URL(path, opsUrl))).status, 200, `${name} ${path}`);
      const metrics = await (await fetch(new URL("/metrics", opsUrl))).text();
      assert.match(metrics, /^entrain_/m, `${name} has metrics of its own`);
      const checked = spawnSync("promtool", ["check", "metrics"], { input: metrics, encoding: "utf8" });
      // Where Prometheus is not installed, the form of the text is left to the package's own tests.
      if (checked.error === undefined) assert.deepEqual([checked.status, checked.stderr], [0, ""], name);
    }
  });

  test("the agents of the console's API are those processes", async () => {
    const agents = await swarm.api.agents();
    const seen = agents.map(({ agentId, pid, state, opsUrl }) => [agentId, pid, state, opsUrl]);
    const told = agentIds.map((agentId) => {
      const { pid, opsUrl } = swarm.service(agentId);
      return [agentId, pid, "alive", opsUrl];
    });
    assert.deepEqual(seen, told);
  });

  test("one incident was reported, and five identical decisions told", () => {
    const incident = swarm.lines.find(({ kind }) => kind === "incident");
    assert.ok(incident !== undefined);
    const decisions = incident["decisions"] as { agentId: string; decisionId: string; term: number }[];
    assert.deepEqual(decisions.map(({ agentId }) => agentId).sort(), agentIds);
    assert.equal(new Set(decisions.map(({ decisionId, term }) => `${decisionId} ${term}`)).size, 1);
    assert.equal(incident["divergence"], 0);
  });

  test("it ends after its time with exit code 0, and the summary is the last line", async () => {
    const { code } = await swarm.ended;
    const summary = swarm.lines.at(-1);
    assert.equal(summary?.kind, "summary", swarm.talk());
    assert.deepEqual([code, summary["held"], summary["reasons"]], [0, true, []]);
    const lasted = Number(summary["sinceReadyMs"]);
    assert.ok(lasted >= forMs && lasted < forMs + 2_000, `--for counts from readiness: ${lasted} ms`);
    const { rhythm, leader, decisions } = summary as unknown as {
      rhythm: { coherence: number; converged: boolean; spreadMs: { p50: number }; cadenceErrorPpm: number };
      leader: { agentId: string; term: number };
      decisions: { count: number; divergence: number };
    };
    assert.ok(rhythm.coherence >= 0.99, `coherence ${rhythm.coherence}`);
    assert.equal(rhythm.converged, true);
    assert.ok(agentIds.includes(leader.agentId));
    assert.ok(decisions.count >= 1);
    assert.equal(decisions.divergence, 0);
  });

  test("no process and, where the goal held, no file is left", () => {
    assert.deepEqual(swarm.processes(), []);
    const runDir = swarm.lines.find(({ kind }) => kind === "plan")?.["runDir"];
    assert.equal(existsSync(String(runDir)), false);
  });
});

test("a goal that did not hold is exit code 1, with the reason in the summary and the logs kept", async () => {
  // R3 asks for a window of at least 3 s without a join.
  await using swarm = await startSwarm({ flags: ["--agents", "2", "--for", "50ms"] });
  const { code } = await swarm.ended;
  const summary = swarm.lines.at(-1);
  assert.deepEqual([code, summary?.kind, summary?.["held"]], [1, "summary", false]);
  assert.match(String(summary?.["reasons"]), /not been converged over a whole window/);
  const runDir = String(swarm.lines.find(({ kind }) => kind === "plan")?.["runDir"]);
  assert.ok(readdirSync(`${runDir}/logs`).includes("agent-1.log"));
  assert.match(swarm.talk(), /the logs are kept in /);
});
