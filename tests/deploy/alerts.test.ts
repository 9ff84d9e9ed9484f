/**
 * A real Prometheus with the configuration of the profile `observability`, beside a real swarm: it finds every service, and
 * the alerts fire with their faults and resolve after them. It runs where a Docker engine answers and Prometheus is
 * installed: the program is mounted into a container on the swarm's network, so that names lead where they lead in compose.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { consoleApi } from "../e2e/console-api.ts";
import { until } from "../e2e/until.ts";
import { startCompose, type ComposeProject } from "./compose-project.ts";
import { docker, runInside, tryDocker, whyNoDocker } from "./docker.ts";

interface Answer {
  readonly data: {
    readonly activeTargets: readonly { readonly health: string; readonly labels: Readonly<Record<string, string>> }[];
    readonly alerts: readonly { readonly state: string; readonly labels: Readonly<Record<string, string>> }[];
  };
}

const agents = 3;
const container = "entrain-alerts-prometheus";
const configuration = path.join(import.meta.dirname, "../../deploy/prometheus");
/** From a fault to its alert: it is noticed, scraped, held for 15 s at most, and judged. From its end: the window passes. */
const alertWithinMs = 90_000;

/** What an agent does that acted otherwise than the rest on the incident given: it says so, with its own rights. */
const actOtherwise = `
  import { loadConfig } from "@entrain/config";
  import { createRedisStore } from "@entrain/redis";
  import { createSystemClock, systemTimers } from "@entrain/runtime";
  import { storeAddress } from "@entrain/service";
  const config = loadConfig("agent", process.env);
  const store = createRedisStore({
    redis: storeAddress(config), swarmId: config.swarmId, clock: createSystemClock(), timers: systemTimers,
  });
  await store.connect();
  const [incidentId, decisionId] = process.argv.slice(2);
  const act = { agentId: "astray", incidentId, decisionId, action: "restart", source: "adopted", atMs: Date.now() };
  await store.ledger.recordActs([act]);
  await store.close();
`;

/**
 * The profile's configuration, looking every second instead of every 5, and back for 12 s instead of 10 minutes, so that
 * the ends of alerts are seen; everything else as it is.
 */
async function hastened(): Promise<string> {
  const copy = await mkdtemp(path.join(tmpdir(), "entrain-alerts-"));
  await cp(configuration, copy, { recursive: true });
  for (const [name, from, to] of [
    ["alerts.yml", /\[10m\]/g, "[12s]"],
    ["prometheus.yml", /(interval|timeout): [35]s/g, "$1: 1s"],
  ] as const) {
    const file = path.join(copy, name);
    const text = await readFile(file, "utf8");
    assert.match(text, from);
    await writeFile(file, text.replaceAll(from, to));
  }
  return copy;
}

function whyNoPrometheus(): string | false {
  return spawnSync("prometheus", ["--version"]).error === undefined ? false : "prometheus is not installed";
}
const program = spawnSync("sh", ["-c", "command -v prometheus"], { encoding: "utf8" }).stdout.trim();
const skip =
  whyNoPrometheus() ||
  whyNoDocker(["node:24-trixie-slim", "redis:8-trixie", "debian:trixie-slim"], { tooLongForCi: true });

describe("Prometheus beside a swarm", { skip }, () => {
  let project: ComposeProject;
  let rules: string;
  const port = 18_081;
  const api = consoleApi(`http://127.0.0.1:${port}`);

  async function ask(about: string): Promise<Answer["data"]> {
    const [console = ""] = await project.containersOf("console");
    const script = `fetch("http://${container}:9090/api/v1/${about}").then((a) => a.text()).then((t) => console.log(t))`;
    return (JSON.parse(await docker(["exec", console, "node", "-e", script])) as Answer).data;
  }
  const firing = async () => {
    const { alerts } = await ask("alerts");
    return alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels["alertname"]);
  };
  const fires = (name: string) => until(`${name} fires`, async () => (await firing()).includes(name), alertWithinMs);
  const resolves = (name: string) =>
    until(`${name} is resolved`, async () => !(await firing()).includes(name), alertWithinMs);

  before(async () => {
    await tryDocker(["rm", "--force", container]);
    project = await startCompose({ project: "entrain-alerts", port, agents });
    rules = await hastened();
    const mounts = ["--volume", `${program}:/prometheus:ro`, "--volume", `${rules}:/etc/prometheus:ro`];
    const files = ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/tmp/data"];
    const run = ["run", "--detach", "--name", container, "--network", project.network, ...mounts];
    await docker([...run, "debian:trixie-slim", "/prometheus", ...files]);
  });
  after(async () => {
    await tryDocker(["rm", "--force", container]);
    await project[Symbol.asyncDispose]();
    await rm(rules, { recursive: true });
  });

  test("every service is found and scraped, and nothing is the matter", async () => {
    const targets = await until(
      "all targets are up",
      async () => {
        const { activeTargets } = await ask("targets");
        return (
          activeTargets.length === agents + 4 && activeTargets.every(({ health }) => health === "up") && activeTargets
        );
      },
      alertWithinMs,
    );
    const jobs = targets.map(({ labels }) => labels["job"]);
    assert.deepEqual([...new Set(jobs)].sort(), [
      "entrain-agent",
      "entrain-console",
      "entrain-coordinator",
      "entrain-decision-loop",
    ]);
    await until("the swarm is in step", async () => (await api.swarm()).rhythm.converged, alertWithinMs);
    await until("no alert fires", async () => (await firing()).length === 0, alertWithinMs);
  });

  test("the store's alert fires while Redis is away, and the new life is told of after it", async () => {
    const redis = await project.containersOf("redis");
    await docker(["kill", ...redis]);
    await fires("EntrainStoreAway");
    await docker(["start", ...redis]);
    await resolves("EntrainStoreAway");
    await fires("EntrainStoreMayHaveLostWrites");
    await resolves("EntrainStoreMayHaveLostWrites");
  });

  test("without agents there is no leader, and with them there is one again", async () => {
    const all = await project.containersOf("agent");
    await docker(["kill", ...all]);
    await fires("EntrainNoLeader");
    await docker(["start", ...all]);
    await resolves("EntrainNoLeader");
  });

  test("an agent that acted otherwise than the rest is told of, until the window has passed", async () => {
    const { incidentId, decisions } = await until(
      "they decide by the ledger",
      async () => {
        const injection = await api.inject({ temperature: 85 });
        return injection.divergence === 0 && injection.decisions.length === agents && injection;
      },
      alertWithinMs,
    );
    const [{ decisionId } = { decisionId: "" }] = decisions;
    const [agent = ""] = await project.containersOf("agent");
    await runInside(agent, "/app/services/agent", actOtherwise, [incidentId, decisionId]);
    await fires("EntrainDecisionsDiverge");
    await resolves("EntrainDecisionsDiverge");
  });
});
