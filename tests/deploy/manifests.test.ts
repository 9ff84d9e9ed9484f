/** k8s/: each overlay by the API's schemas, the restricted Pod Security Standard, and by what its parts say of each other. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import type { IContainer } from "kubernetes-models/v1";
import { parse } from "yaml";
import { storeRoles, storeUser } from "@entrain/redis";
import { loadConfig } from "@entrain/config";
import {
  containerOf,
  environmentOf,
  namesOf,
  ofKind,
  overlays,
  render,
  whyNoKustomize,
  workloads,
} from "./manifests.ts";
import { restrictedFaults } from "./pod-security.ts";
import { schemaFaults } from "./schema-check.ts";

const services = ["agent", "decision-loop", "coordinator", "console"] as const;
const root = path.join(import.meta.dirname, "../..");

test("the schemas find a field that does not exist, one of another type, and one that is missing", () => {
  const metadata = { name: "x" };
  const spec = (container: object) => ({
    selector: { matchLabels: { a: "b" } },
    template: { metadata: { labels: { a: "b" } }, spec: { containers: [container] } },
  });
  const of = (container: object, kind = "Deployment") =>
    schemaFaults({ apiVersion: "apps/v1", kind, metadata, ...{ spec: spec(container) } });
  const faults = (...texts: string[]) => texts.map((text) => `Deployment x: ${text}`);
  const at = "spec/template/spec/containers/0";
  assert.deepEqual(of({ name: "c", resources: { limits: { memory: "1Gi" } } }), []);
  assert.deepEqual(of({ name: "c", imag: "i" }), faults(`/${at}/imag is no field`));
  assert.deepEqual(of({ name: 1 }), faults(`data/${at}/name must be string`));
  assert.deepEqual(of({}), faults(`data/${at} must have required property name`));
  assert.deepEqual(of({ name: "c" }, "Deploymnt"), ["Deploymnt x: there is no Deploymnt in apps/v1"]);
});

test("the restricted profile finds what it forbids", () => {
  const allowed: IContainer = {
    name: "c",
    securityContext: {
      allowPrivilegeEscalation: false,
      runAsNonRoot: true,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    },
  };
  assert.deepEqual(restrictedFaults({ containers: [allowed] }), []);
  assert.equal(restrictedFaults({ containers: [{ name: "c" }] }).length, 4);
  const worse = { privileged: true, runAsUser: 0, capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } };
  const securityContext = { ...allowed.securityContext, ...worse };
  assert.equal(restrictedFaults({ containers: [{ ...allowed, securityContext }] }).length, 3);
  const host = { hostNetwork: true, volumes: [{ name: "v", hostPath: { path: "/" } }] };
  assert.deepEqual(restrictedFaults({ containers: [allowed], ...host }), [
    "hostNetwork is not permitted",
    "volume v is a hostPath",
  ]);
});

const skip = whyNoKustomize();
for (const overlay of overlays)
  describe(`the overlay ${overlay}`, { skip }, () => {
    const manifests = skip === false ? render(overlay) : [];
    const running = workloads(manifests);
    const byName = (name: string) => running.find((workload) => workload.name === name) ?? assert.fail(name);

    test("every object is what its schema says, in one namespace that enforces the restricted profile", () => {
      assert.deepEqual(manifests.flatMap(schemaFaults), []);
      const [namespace, ...others] = manifests.filter(({ kind }) => kind === "Namespace");
      assert.ok(namespace !== undefined && others.length === 0);
      assert.equal(namespace.metadata.labels?.["pod-security.kubernetes.io/enforce"], "restricted");
      for (const { kind, metadata } of manifests)
        if (kind !== "Namespace") assert.equal(metadata.namespace, namespace.metadata.name, metadata.name);
    });

    test("every pod passes the restricted profile, on a read-only file system, within memory, with nothing of the cluster", () => {
      assert.ok(running.length >= services.length);
      for (const { name, pod } of running) {
        assert.deepEqual(restrictedFaults(pod), [], name);
        assert.deepEqual([pod.automountServiceAccountToken, pod.enableServiceLinks], [false, false], name);
        for (const { securityContext, resources } of pod.containers) {
          assert.equal(securityContext?.readOnlyRootFilesystem, true, name);
          assert.deepEqual(Object.keys(resources?.requests ?? {}).sort(), ["cpu", "memory"], name);
          assert.ok(resources?.limits?.["memory"] !== undefined, name);
        }
        assert.ok(namesOf(manifests, "ServiceAccount").includes(pod.serviceAccountName ?? ""), name);
      }
      for (const kind of ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"])
        assert.deepEqual(namesOf(manifests, kind), [], "nobody needs a right in the cluster");
    });

    test("what restarts a container asks nobody but the container, and has patience", () => {
      for (const service of services) {
        const { livenessProbe, readinessProbe, startupProbe } = containerOf(byName(`entrain-${service}`));
        assert.deepEqual(
          [livenessProbe, startupProbe, readinessProbe].map((probe) => probe?.httpGet?.path),
          ["/healthz", "/healthz", "/readyz"],
        );
        const silenceS = (livenessProbe?.periodSeconds ?? 0) * (livenessProbe?.failureThreshold ?? 0);
        assert.ok(silenceS >= 60, `${service} is killed after ${silenceS} s`);
      }
    });

    test("every service takes its settings, and its stop fits into what Kubernetes waits", () => {
      const tmp = mkdtempSync(path.join(tmpdir(), "entrain-manifests-"));
      try {
        const fileWith = (name: string, text: string) => {
          writeFileSync(path.join(tmp, name), text);
          return path.join(tmp, name);
        };
        for (const service of services) {
          const workload = byName(`entrain-${service}`);
          const container = containerOf(workload);
          const fields = (field: string) => (field === "status.podIP" ? "10.1.2.3" : `${workload.name}-5d8f-x7`);
          const { POD_IP, ...env } = environmentOf(manifests, container, fields);
          const secrets = Object.entries(env).filter(([name]) => name.endsWith("_FILE"));
          const files = secrets.map(([name]) => [
            name,
            fileWith(name, name.includes("_HTTP_") ? `caller:${name}` : "secret"),
          ]);
          const config = loadConfig(service, { ...env, ...(Object.fromEntries(files) as Record<string, string>) });
          if (service === "agent") assert.deepEqual([POD_IP, env["ENTRAIN_ADVERTISE"]], ["10.1.2.3", "10.1.2.3:50051"]);
          const ports = new Map(container.ports?.map(({ name, containerPort }) => [name, containerPort]));
          assert.equal(ports.get("ops"), config.opsPort);
          if ("grpcPort" in config) assert.equal(ports.get("grpc"), config.grpcPort);
          if ("httpPort" in config) assert.equal(ports.get("http"), config.httpPort);
          const mounts = (container.volumeMounts ?? []).map(({ mountPath }) => mountPath);
          const folders = new Set([...secrets.map(([, file]) => path.dirname(file)), config.tlsDir]);
          assert.deepEqual(mounts.sort(), [...folders].sort(), `${service} mounts what it reads, and nothing else`);
          if ("httpOperators" in config)
            assert.deepEqual(config.httpOperators, [{ name: "caller", secret: "ENTRAIN_HTTP_OPERATORS_FILE" }]);
          assert.equal(config.redisUsername, storeUser(service, config.swarmId).name);
          const store = workload.pod.volumes?.find(({ name }) => name === "store")?.secret;
          assert.deepEqual(store?.items, [{ key: service, path: "password" }], "its own password alone");
          const pauseS = container.lifecycle?.preStop?.sleep?.seconds ?? 0;
          const graceS = workload.pod.terminationGracePeriodSeconds ?? 0;
          assert.ok(graceS > pauseS + config.drainMs / 1_000 + 1, `${service} is killed while it drains`);
        }
      } finally {
        rmSync(tmp, { recursive: true });
      }
    });

    if (overlay === "dev")
      test("the store of development has the users that the roles need, and no others", () => {
        const [map] = ofKind(manifests, "ConfigMap").filter(({ metadata }) => metadata.name.startsWith("redis-users"));
        const users = storeRoles.map((role) => ({ role, ...storeUser(role, "entrain") }));
        const expected = users.map(({ role, name, rules }) => `user ${name} on >%${role}% ${rules}\n`).join("");
        assert.equal(map?.data?.["users.acl"], expected, "npm run users --workspace packages/redis");
      });

    test("each service has a certificate that says what it is, of this swarm", () => {
      const certificates = ofKind(manifests, "Certificate");
      for (const service of services) {
        const workload = byName(`entrain-${service}`);
        const { ENTRAIN_SWARM: swarm } = environmentOf(manifests, containerOf(workload), () => "x");
        const tls = workload.pod.volumes?.find(({ name }) => name === "tls");
        const certificate = certificates.find(({ spec }) => spec.secretName === tls?.secret?.secretName);
        const own = tls?.csi?.volumeAttributes?.["csi.cert-manager.io/uri-sans"];
        const identity = service !== "agent" ? service : overlay === "prod" ? "agent/${POD_NAME}" : "agent/*";
        assert.deepEqual(own ?? certificate?.spec.uris?.join(), `spiffe://entrain/${swarm ?? ""}/${identity}`);
      }
    });

    test("every Service and budget leads to pods, and a budget lets a node be drained", () => {
      const leadsTo = (selector: Readonly<Record<string, string>> = {}) =>
        running.filter(({ labels }) => Object.entries(selector).every(([key, value]) => labels[key] === value));
      for (const { metadata, spec } of ofKind(manifests, "Service")) {
        const [workload, ...others] = leadsTo(spec?.selector);
        assert.ok(workload !== undefined && others.length === 0, metadata.name);
        const names = new Set(containerOf(workload).ports?.map(({ name }) => name));
        for (const { targetPort } of spec?.ports ?? []) assert.ok(names.has(String(targetPort)), metadata.name);
      }
      const budgets = ofKind(manifests, "PodDisruptionBudget");
      assert.equal(budgets.length, services.length);
      for (const { metadata, spec } of budgets) {
        assert.equal(leadsTo(spec?.selector?.matchLabels).length, 1, metadata.name);
        assert.ok(spec?.maxUnavailable !== undefined && spec.maxUnavailable !== 0, metadata.name);
      }
    });

    test("the operator's alerts are those that are tested", () => {
      const [rule] = ofKind(manifests, "PrometheusRule");
      const tested = parse(readFileSync(path.join(root, "deploy/prometheus/alerts.yml"), "utf8")) as object;
      assert.deepEqual({ groups: rule?.spec.groups }, tested);
    });
  });
