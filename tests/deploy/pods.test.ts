/**
 * Each pod of k8s/overlays/dev as far as Docker can be a kubelet: its image, environment, user, file system, capabilities,
 * files and probes are those of the manifest. It runs where a Docker engine answers.
 */
import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { IContainer, IProbe, ISecretVolumeSource } from "kubernetes-models/v1";
import type { Swarm } from "../e2e/console-api.ts";
import { until } from "../e2e/until.ts";
import { docker, tryDocker, whyNoDocker } from "./docker.ts";
import { containerOf, environmentOf, ofKind, render, whyNoKustomize, workloads, type Workload } from "./manifests.ts";

const project = "entrain-pods";
const label = ["--label", `${project}=yes`];
const roles = ["agent", "decision-loop", "coordinator", "console"] as const;
const agents = 3;
const token = "development-operator";

/** A container that stands for a pod. */
interface Pod {
  readonly name: string;
  readonly ip: string;
  readonly workload: Workload;
  readonly env: Readonly<Record<string, string>>;
}

const skip = whyNoKustomize() || whyNoDocker(["node:24-trixie-slim", "redis:8-trixie"], { tooLongForCi: true });
const manifests = skip === false ? render("dev") : [];
const pods: readonly Pod[] = workloads(manifests).flatMap((workload, index) =>
  Array.from({ length: workload.name === "entrain-agent" ? agents : 1 }, (_, replica) => {
    const name = `${workload.name}-${replica}`;
    const ip = addressOf(10 * (index + 1) + replica);
    const env = environmentOf(manifests, containerOf(workload), (path) => (path === "status.podIP" ? ip : name));
    return { name, ip, workload, env };
  }),
);

function addressOf(host: number): string {
  return `172.31.97.${host}`;
}

const inside = (name: string, ...command: string[]) => tryDocker(["exec", name, ...command]);

/** A Secret, or the one key of it that the pod sees. */
function volumeOf({ secretName = "", items = [] }: ISecretVolumeSource): string {
  return [secretName, ...items.map(({ key }) => key)].join("-");
}

/** What a kubelet makes of the pod's security, files and limits. */
function flagsOf({ name, ip, workload, env }: Pod): string[] {
  const { pod } = workload;
  const { securityContext = {}, resources, volumeMounts = [] } = containerOf(workload);
  const { runAsUser, runAsGroup } = { ...pod.securityContext, ...securityContext };
  const mounts = volumeMounts.flatMap(({ name: volume, mountPath, readOnly }) => {
    const { emptyDir, secret, configMap } = pod.volumes?.find((each) => each.name === volume) ?? {};
    if (emptyDir !== undefined) return ["--tmpfs", `${mountPath}:mode=1777`];
    if (configMap !== undefined) return ["--volume", `${path.join(configMaps, configMap.name ?? "")}:${mountPath}:ro`];
    // As the volume is, and not with the owner that the image would give it.
    const source = secret === undefined ? volume : volumeOf(secret);
    return ["--volume", `${project}-${source}:${mountPath}${readOnly === true ? ":ro" : ":nocopy"}`];
  });
  return [
    ...["--user", `${runAsUser}:${runAsGroup}`, "--memory", String(resources?.limits?.["memory"]).replace("Mi", "m")],
    ...(securityContext.readOnlyRootFilesystem === true ? ["--read-only"] : []),
    ...(securityContext.capabilities?.drop ?? []).flatMap((dropped) => ["--cap-drop", dropped]),
    ...(securityContext.allowPrivilegeEscalation === false ? ["--security-opt", "no-new-privileges"] : []),
    ...["--name", name, "--hostname", name, "--network", project, "--network-alias", workload.name, "--ip", ip],
    ...Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    ...mounts,
  ];
}

async function start(pod: Pod): Promise<void> {
  const { image = "", command: [entry, ...rest] = [], args = [] } = containerOf(pod.workload);
  const entrypoint = entry === undefined ? [] : ["--entrypoint", entry];
  await docker(["run", "--detach", ...label, ...flagsOf(pod), ...entrypoint, image, ...rest, ...args]);
  const { startupProbe, readinessProbe, livenessProbe } = containerOf(pod.workload);
  for (const probe of [startupProbe, readinessProbe, livenessProbe])
    await until(`${pod.name} passes its probe`, () => passes(pod, probe), 60_000);
}

/** The probe, from inside: an address in a container is not reachable from every host. */
async function passes({ name, workload }: Pod, probe: IProbe | undefined): Promise<boolean> {
  const { httpGet, exec, tcpSocket } = probe ?? {};
  const portOf = (port: IContainer["name"] | number) =>
    containerOf(workload).ports?.find((each) => each.name === port)?.containerPort ?? port;
  if (exec?.command !== undefined) return (await inside(name, ...exec.command)).code === 0;
  if (tcpSocket !== undefined)
    return (await inside(name, "sh", "-c", `redis-cli -p ${portOf(tcpSocket.port)} ping`)).stdout.includes("NOAUTH");
  const script = `fetch("http://127.0.0.1:${portOf(httpGet?.port ?? "")}${httpGet?.path ?? ""}").then((a) => process.exit(a.ok ? 0 : 1))`;
  return (await inside(name, "node", "-e", script)).code === 0;
}

/** Where the ConfigMaps that pods mount are files. */
const configMaps = path.join(tmpdir(), project);

async function writeConfigMaps(): Promise<void> {
  for (const { metadata, data = {} } of ofKind(manifests, "ConfigMap"))
    for (const [name, text] of Object.entries(data)) {
      await mkdir(path.join(configMaps, metadata.name), { recursive: true });
      await writeFile(path.join(configMaps, metadata.name, name), text);
    }
}

/** The Secrets, as a kubelet mounts them: files of root that the pod's group may read. */
async function mountSecrets(): Promise<void> {
  const secrets = pods.flatMap(({ workload }) =>
    (workload.pod.volumes ?? []).flatMap(({ secret }) => (secret === undefined ? [] : [volumeOf(secret)])),
  );
  const folderOf = (name: string) =>
    name
      .replace(/^entrain-/, "")
      .replace(/-tls$/, "")
      .replace(/^(store|console-tokens)-[a-z0-9]{10}/, "$1");
  const mounts = [...new Set(secrets)].flatMap((name) => ["--volume", `${project}-${name}:/secrets/${folderOf(name)}`]);
  const script = `node /app/services/cli/src/main.ts certs /secrets --swarm entrain
    for role in ${roles.join(" ")}; do
      printf "development-$role" >/secrets/store/$role
      cp /secrets/store/$role /secrets/store-$role/password
    done
    printf developer:${token} >/secrets/console-tokens/operators
    printf visitor:${token}-viewer >/secrets/console-tokens/viewers
    chown -R 0:1000 /secrets/*/ && chmod 0440 /secrets/*/* && chmod 0444 /secrets/store/*`;
  const root = ["run", "--rm", "--user", "0", ...label, "--network", "none", "--entrypoint", "sh"];
  await docker([...root, ...mounts, "entrain/cli:local", "-euc", script]);
  await docker([...root, "--volume", `${project}-data:/data:nocopy`, "redis:8-trixie", "-c", "chown 999:999 /data"]);
}

async function removeAll(): Promise<void> {
  const ids = await docker(["ps", "-aq", "--filter", `label=${project}=yes`]);
  if (ids !== "") await docker(["rm", "--force", "--volumes", ...ids.split("\n")]);
  const volumes = (await docker(["volume", "ls", "-q", "--filter", `name=^${project}-`])).split("\n").filter(Boolean);
  if (volumes.length > 0) await docker(["volume", "rm", ...volumes]);
  await tryDocker(["network", "rm", project]);
  await rm(configMaps, { recursive: true, force: true });
}

describe("each pod of the overlay dev", { skip }, () => {
  before(async () => {
    await removeAll();
    for (const role of [...roles, "cli"])
      await docker(["build", "--quiet", "--target", role, "--tag", `entrain/${role}:local`, "."]);
    await docker(["network", "create", "--internal", "--subnet", addressOf(0) + "/24", ...label, project]);
    await writeConfigMaps();
    await mountSecrets();
    const first = pods.filter(({ name }) => name.startsWith("redis"));
    for (const pod of [...first, ...pods.filter((pod) => !first.includes(pod))]) await start(pod);
  });
  after(removeAll);

  test("runs as the manifest says: its user, no capability, no way to write, exactly its environment", async () => {
    for (const { name, workload, env } of pods) {
      const status = (await inside(name, "cat", "/proc/1/status")).stdout;
      const field = (key: string) => new RegExp(`^${key}:\\s+(\\S+)`, "m").exec(status)?.[1];
      assert.equal(field("Uid"), String(workload.pod.securityContext?.runAsUser), name);
      assert.deepEqual([field("CapEff"), field("NoNewPrivs")], ["0000000000000000", "1"], name);
      assert.notEqual((await inside(name, "touch", "/written")).code, 0, name);
      const found = (await inside(name, "env")).stdout.split("\n").filter((line) => /^(ENTRAIN_|POD_)/.test(line));
      const expected = Object.entries(env).map(([key, value]) => `${key}=${value}`);
      assert.deepEqual(found.sort(), expected.sort(), name);
    }
  });

  test("is a swarm in step, with its own certificates and its own store", async () => {
    const script = `fetch("http://127.0.0.1:8080/api/v1/swarm", { headers: { authorization: "Bearer ${token}" } }).then((a) => a.text()).then((t) => console.log(t))`;
    const swarm = await until(
      "three agents in step under a leader",
      async () => {
        const answer = JSON.parse((await inside("entrain-console-0", "node", "-e", script)).stdout) as Swarm;
        return answer.agents === agents && answer.rhythm.converged && answer.leader.agentId !== null && answer;
      },
      60_000,
    );
    assert.ok((swarm.rhythm.coherence ?? 0) >= 0.99);
    assert.match(swarm.leader.agentId ?? "", /^entrain-agent-\d$/);
  });

  test("ends with 0 when it is told to, within its grace", async () => {
    for (const { name, workload } of pods.filter((pod) => !pod.name.startsWith("redis"))) {
      await docker(["stop", "--time", String(workload.pod.terminationGracePeriodSeconds), name]);
      assert.equal(await docker(["inspect", "--format", "{{.State.ExitCode}}", name]), "0", name);
    }
  });
});
