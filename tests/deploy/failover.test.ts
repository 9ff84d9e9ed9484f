/**
 * The profile `ha` of docker-compose.yml: the primary is killed, the Sentinels name its successor, and the swarm goes on in
 * it. It runs where a Docker engine answers.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { consoleApi } from "../e2e/console-api.ts";
import { until } from "../e2e/until.ts";
import { startCompose, type ComposeProject } from "./compose-project.ts";
import { docker, whyNoDocker } from "./docker.ts";

const agents = 3;
const port = 18_082;
const api = consoleApi(`http://127.0.0.1:${port}`);
const skip = whyNoDocker(["node:24-trixie-slim", "redis:8-trixie"], { tooLongForCi: true });

describe("docker compose --profile ha", { skip }, () => {
  let project: ComposeProject;
  before(async () => {
    project = await startCompose({ project: "entrain-failover", port, agents, failover: true });
  });
  after(() => project[Symbol.asyncDispose]());

  async function roleOf(service: string): Promise<string | undefined> {
    const [id = ""] = await project.containersOf(service);
    const ask = `REDISCLI_AUTH="$(cat /run/entrain/redis-servers/password)" redis-cli --user sentinel info replication`;
    return /^role:(\w+)/m.exec(await docker(["exec", id, "sh", "-euc", ask]))?.[1];
  }

  /** A reading that all decide by the ledger. */
  const decided = (incident: string) =>
    until(
      "every agent decides by the ledger",
      async () => {
        const { decisions, divergence } = await api.inject({ temperature: 85 }, incident);
        const equal = new Set(decisions.map(({ decisionId }) => decisionId)).size === 1 && divergence === 0;
        return equal && decisions.length === agents && decisions.every(({ source }) => source !== "safe-alone");
      },
      30_000,
    );

  test("the replica takes the place of a primary that is killed, and the swarm decides in it", async (t) => {
    await until("in step", async () => (await api.swarm()).rhythm.converged, 60_000);
    await decided("before");
    const { store } = await api.swarm();
    assert.deepEqual([await roleOf("redis"), await roleOf("redis-replica")], ["master", "slave"]);
    const killedAt = performance.now();
    await docker(["kill", ...(await project.containersOf("redis"))]);
    const after = await until(
      "the store is there again, in a new generation",
      async () => {
        const swarm = await api.swarm();
        return swarm.store.up && swarm.store.generation > store.generation && swarm;
      },
      60_000,
    );
    t.diagnostic(`store back ${((performance.now() - killedAt) / 1_000).toFixed(1)} s after the kill`);
    assert.equal(after.agents, agents, "nobody died of it");
    assert.equal(await roleOf("redis-replica"), "master");
    await decided("after");
    const kept = (await api.decisions(10)).map(({ incidentId }) => incidentId);
    assert.ok(kept.includes("before") && kept.includes("after"), kept.join());
  });

  test("the old primary comes back as a replica of the new one", async () => {
    await docker(["start", ...(await project.containersOf("redis"))]);
    await until("it follows", async () => (await roleOf("redis")) === "slave", 60_000);
    assert.equal(await roleOf("redis-replica"), "master");
    await decided("both-there");
  });
});
