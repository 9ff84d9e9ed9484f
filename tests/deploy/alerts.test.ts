/**
 * A real Prometheus with the configuration of the profile `observability`, beside a real swarm: it finds every service, and
 * the alerts fire with their faults and resolve after them. It runs where a Docker engine answers and Prometheus is
 * installed: the program is mounted into a container on the swarm's network, so that names lead where they lead in compose.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { consoleApi } from "../e2e/console-api.ts";
import { until } from "../e2e/until.ts";
import { startCompose, type ComposeProject } from "./compose-project.ts";
import { docker, tryDocker, whyNoDocker } from "./docker.ts";

interface Answer {
  readonly data: {
    readonly activeTargets: readonly { readonly health: string; readonly labels: Readonly<Record<string, string>> }[];
    readonly alerts: readonly { readonly state: string; readonly labels: Readonly<Record<string, string>> }[];
  };
}

const agents = 3;
const container = "entrain-alerts-prometheus";
const configuration = path.join(import.meta.dirname, "../../deploy/prometheus");
/** From a fault to its alert: it is noticed, scraped, held for 15 s at most, and judged. */
const alertWithinMs = 60_000;

function whyNoPrometheus(): string | false {
  return spawnSync("prometheus", ["--version"]).error === undefined ? false : "prometheus is not installed";
}
const program = spawnSync("sh", ["-c", "command -v prometheus"], { encoding: "utf8" }).stdout.trim();
const skip = whyNoPrometheus() || whyNoDocker(["node:24-trixie-slim", "redis:8-trixie", "debian:trixie-slim"]);

describe("Prometheus beside a swarm", { skip }, () => {
  let project: ComposeProject;
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
    const mounts = ["--volume", `${program}:/prometheus:ro`, "--volume", `${configuration}:/etc/prometheus:ro`];
    const files = ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/tmp/data"];
    const run = ["run", "--detach", "--name", container, "--network", project.network, ...mounts];
    await docker([...run, "debian:trixie-slim", "/prometheus", ...files]);
  });
  after(async () => {
    await tryDocker(["rm", "--force", container]);
    await project[Symbol.asyncDispose]();
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
    await until("the swarm is in step", async () => (await api.swarm()).rhythm.converged);
    await until("no alert fires", async () => (await firing()).length === 0, alertWithinMs);
  });

  test("the store's alert fires while Redis is away, and the new life is told of after it", async () => {
    const redis = await project.containersOf("redis");
    await docker(["kill", ...redis]);
    await fires("EntrainStoreAway");
    await docker(["start", ...redis]);
    await resolves("EntrainStoreAway");
    await fires("EntrainStoreMayHaveLostWrites");
  });

  test("without agents there is no leader, and with them there is one again", async () => {
    const all = await project.containersOf("agent");
    await docker(["kill", ...all]);
    await fires("EntrainNoLeader");
    await docker(["start", ...all]);
    await resolves("EntrainNoLeader");
  });

  test("a divergence that the ledger counts is told of", async () => {
    const [redis = ""] = await project.containersOf("redis");
    const [agent = ""] = await project.containersOf("agent");
    const password = await docker(["exec", agent, "cat", "/run/entrain/tls/redis-password"]);
    const count = ["redis-cli", "--user", "entrain-agent", "hincrby", "entrain:{under-test}:ledger", "divergence", "1"];
    assert.equal(await docker(["exec", "--env", `REDISCLI_AUTH=${password}`, redis, ...count]), "1");
    await fires("EntrainDecisionsDiverge");
  });
});
