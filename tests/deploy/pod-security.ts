/** The Pod Security Standard "restricted" (Kubernetes documentation, "Pod Security Standards"), as far as pods can break it. */
import type { IContainer, IPodSpec, ISecurityContext } from "kubernetes-models/v1";

const volumeKinds = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);

/** Every rule that the pod breaks, one sentence each. */
export function restrictedFaults(pod: IPodSpec): readonly string[] {
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  return [...podFaults(pod), ...containers.flatMap((container) => containerFaults(container, pod))];
}

function podFaults(pod: IPodSpec): string[] {
  const { hostNetwork, hostPID, hostIPC, securityContext: { sysctls, runAsUser, windowsOptions } = {} } = pod;
  const faults: string[] = [];
  for (const [name, value] of Object.entries({ hostNetwork, hostPID, hostIPC }))
    if (value === true) faults.push(`${name} is not permitted`);
  if ((sysctls ?? []).length > 0) faults.push("sysctls are not permitted");
  if (windowsOptions !== undefined) faults.push("windowsOptions are not permitted");
  if (runAsUser === 0) faults.push("the pod runs as root");
  for (const { name, ...source } of pod.volumes ?? [])
    for (const kind of Object.keys(source)) if (!volumeKinds.has(kind)) faults.push(`volume ${name} is a ${kind}`);
  return faults;
}

function containerFaults({ name, ports, securityContext = {} }: IContainer, pod: IPodSpec): string[] {
  const faults = rightsFaults(securityContext);
  const { runAsNonRoot, seccompProfile } = { ...pod.securityContext, ...securityContext };
  if (runAsNonRoot !== true) faults.push("runAsNonRoot is not true");
  if (securityContext.runAsUser === 0) faults.push("runs as root");
  if (!["RuntimeDefault", "Localhost"].includes(seccompProfile?.type ?? "")) faults.push("has no seccomp profile");
  if ((ports ?? []).some(({ hostPort }) => hostPort !== undefined)) faults.push("has a hostPort");
  return faults.map((fault) => `container ${name}: ${fault}`);
}

function rightsFaults({ privileged, allowPrivilegeEscalation, capabilities, procMount }: ISecurityContext): string[] {
  const faults: string[] = [];
  if (privileged === true) faults.push("is privileged");
  if (allowPrivilegeEscalation !== false) faults.push("allowPrivilegeEscalation is not false");
  if (!(capabilities?.drop ?? []).includes("ALL")) faults.push("does not drop all capabilities");
  if ((capabilities?.add ?? []).some((added) => added !== "NET_BIND_SERVICE")) faults.push("adds capabilities");
  if (procMount !== undefined && procMount !== "Default") faults.push("has another procMount");
  return faults;
}
