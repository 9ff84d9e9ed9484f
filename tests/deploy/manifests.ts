/** The manifests of k8s/ as kustomize makes them of an overlay, and what a pod is made of. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import type { IDeployment, IStatefulSet } from "kubernetes-models/apps/v1";
import type { ICertificate } from "@kubernetes-models/cert-manager/cert-manager.io/v1";
import type { IPrometheusRule } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
import type { INetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import type { IPodDisruptionBudget } from "kubernetes-models/policy/v1";
import type { IConfigMap, IContainer, IPodSpec, IService } from "kubernetes-models/v1";
import { parseAllDocuments } from "yaml";

const folder = path.join(import.meta.dirname, "../../k8s/overlays");
export const overlays = ["dev", "prod"] as const;
export type Overlay = (typeof overlays)[number];

/** An object of the Kubernetes API, as far as all of them agree. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** Why nothing can be rendered here; false where it can. */
export function whyNoKustomize(): string | false {
  const { error } = spawnSync("kubectl", ["version", "--client"], { encoding: "utf8" });
  return error === undefined ? false : "kubectl is not installed";
}

/** Every object of the overlay. */
export function render(overlay: Overlay): readonly Manifest[] {
  const { status, stdout, stderr } = spawnSync("kubectl", ["kustomize", path.join(folder, overlay)], {
    encoding: "utf8",
    maxBuffer: 16 * 1024 * 1024,
  });
  if (status !== 0 || stderr !== "") throw new Error(`kubectl kustomize ${overlay}: ${stderr}`);
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}

/** The kinds whose fields are looked at. */
interface Kinds {
  readonly Certificate: ICertificate;
  readonly ConfigMap: IConfigMap;
  readonly Deployment: IDeployment;
  readonly NetworkPolicy: INetworkPolicy;
  readonly PodDisruptionBudget: IPodDisruptionBudget;
  readonly PrometheusRule: IPrometheusRule;
  readonly Service: IService;
  readonly StatefulSet: IStatefulSet;
}

/** Those of one kind. That they have its fields is what the test of the schemas shows. */
export function ofKind<Kind extends keyof Kinds>(
  manifests: readonly Manifest[],
  kind: Kind,
): readonly (Manifest & Kinds[Kind])[] {
  return manifests.filter((manifest): manifest is Manifest & Kinds[Kind] => manifest.kind === kind);
}

/** The names of those of any kind. */
export function namesOf(manifests: readonly Manifest[], kind: string): readonly string[] {
  return manifests.filter((manifest) => manifest.kind === kind).map(({ metadata }) => metadata.name);
}

/** What runs: the template of a Deployment or StatefulSet. */
export interface Workload {
  /** Of the workload; its pods bear it as the label app.kubernetes.io/name. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly pod: IPodSpec;
}

/** Every workload of the overlay. */
export function workloads(manifests: readonly Manifest[]): readonly Workload[] {
  const owners = [...ofKind(manifests, "Deployment"), ...ofKind(manifests, "StatefulSet")];
  return owners.map(({ metadata, spec }) => {
    const pod = spec?.template.spec;
    if (pod === undefined) throw new Error(`${metadata.name} has no pod`);
    return { name: metadata.name, labels: spec?.template.metadata?.labels ?? {}, pod };
  });
}

/** The one container of a pod of ours. */
export function containerOf({ name, pod }: Workload): IContainer {
  const [container, ...others] = pod.containers;
  if (container === undefined || others.length > 0) throw new Error(`${name} has not one container`);
  return container;
}

/** What a container's process finds in its environment; `field` answers for the fields of the pod. */
export function environmentOf(
  manifests: readonly Manifest[],
  container: IContainer,
  field: (path: string) => string,
): Record<string, string> {
  const maps = ofKind(manifests, "ConfigMap");
  const env: Record<string, string> = {};
  for (const { configMapRef } of container.envFrom ?? []) {
    const map = maps.find(({ metadata }) => metadata.name === configMapRef?.name);
    if (map === undefined) throw new Error(`there is no ConfigMap ${configMapRef?.name ?? ""}`);
    Object.assign(env, map.data);
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const text = value ?? field(valueFrom?.fieldRef?.fieldPath ?? "");
    env[name] = text.replaceAll(/\$\(([A-Z_]+)\)/g, (_, known: string) => env[known] ?? "");
  }
  return env;
}
