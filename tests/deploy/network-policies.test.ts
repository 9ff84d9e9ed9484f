/** The network policies of k8s/: who may call whom, worked out from them pod by pod, is who needs to and nobody else. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { INetworkPolicy, INetworkPolicyPeer, INetworkPolicyPort } from "kubernetes-models/networking.k8s.io/v1";
import { containerOf, ofKind, overlays, render, whyNoKustomize, workloads, type Workload } from "./manifests.ts";

type Direction = "Ingress" | "Egress";
interface Rule {
  readonly peers: readonly INetworkPolicyPeer[];
  readonly ports: readonly INetworkPolicyPort[];
}

const fits = (labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>> = {}) =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

/** The rules that speak of a pod in one direction; undefined: no policy does, so everything is permitted. */
function rulesFor(policies: readonly INetworkPolicy[], pod: Workload, direction: Direction): Rule[] | undefined {
  const own = policies.filter(
    ({ spec }) => fits(pod.labels, spec?.podSelector?.matchLabels) && spec?.policyTypes?.includes(direction),
  );
  if (own.length === 0) return undefined;
  return own.flatMap(({ spec }) =>
    direction === "Ingress"
      ? (spec?.ingress ?? []).map(({ from = [], ports = [] }) => ({ peers: from, ports }))
      : (spec?.egress ?? []).map(({ to = [], ports = [] }) => ({ peers: to, ports })),
  );
}

function permits(rules: Rule[] | undefined, other: Workload, port: number, named: string | undefined): boolean {
  if (rules === undefined) return true;
  return rules.some(
    ({ peers, ports }) =>
      peers.some(
        ({ podSelector, namespaceSelector, ipBlock }) =>
          ipBlock === undefined && namespaceSelector === undefined && fits(other.labels, podSelector?.matchLabels),
      ) && ports.some(({ port: open }) => open === port || open === named),
  );
}

/** `caller > callee:port` for every connection that both sides permit. */
function connections(policies: readonly INetworkPolicy[], pods: readonly Workload[]): string[] {
  return pods.flatMap((caller) =>
    pods.flatMap((callee) =>
      (containerOf(callee).ports ?? []).flatMap(({ containerPort, name }) => {
        const out = permits(rulesFor(policies, caller, "Egress"), callee, containerPort, undefined);
        const into = permits(rulesFor(policies, callee, "Ingress"), caller, containerPort, name);
        return out && into ? [`${caller.name} > ${callee.name}:${name ?? ""}`] : [];
      }),
    ),
  );
}

const needed = [
  "entrain-agent > entrain-agent:grpc",
  "entrain-agent > entrain-decision-loop:grpc",
  "entrain-console > entrain-agent:grpc",
];
const store = ["agent", "console", "coordinator", "decision-loop"].map((name) => `entrain-${name} > redis:redis`);

const skip = whyNoKustomize();
for (const overlay of overlays)
  describe(`the network of the overlay ${overlay}`, { skip }, () => {
    const manifests = skip === false ? render(overlay) : [];
    const pods = workloads(manifests);
    const policies = ofKind(manifests, "NetworkPolicy");

    test("within the namespace calls whoever needs to, and nobody else", () => {
      const expected = overlay === "dev" ? [...needed, ...store] : needed;
      assert.deepEqual(connections(policies, pods).sort(), expected.sort());
    });

    test("without the policies everybody could call everybody", () => {
      const ports = pods.flatMap((pod) => containerOf(pod).ports ?? []).length;
      assert.equal(connections([], pods).length, pods.length * ports);
    });

    test("from other namespaces only Prometheus, the console's and the coordinators' callers come in", () => {
      const outside = policies.flatMap(({ spec }) =>
        (spec?.ingress ?? []).flatMap(({ from, ports }) =>
          (from ?? [{}]).flatMap(({ namespaceSelector, podSelector }) =>
            namespaceSelector === undefined && podSelector !== undefined
              ? []
              : [
                  `${Object.keys(namespaceSelector?.matchLabels ?? {}).join()} > ${ports?.map(({ port }) => port).join() ?? "all"}`,
                ],
          ),
        ),
      );
      const label = (name: string) => `entrain/${name}-client`;
      assert.deepEqual(outside.sort(), [
        `${label("console")} > http`,
        `${label("coordinator")} > grpc`,
        "kubernetes.io/metadata.name > ops",
      ]);
    });
  });
