/** Which roles may call which service: who is not named is refused, and a service without a line refuses everybody. */
import { EntrainError } from "@entrain/kernel";
import type { Peer, ServiceRole } from "./peer-identity.ts";

const rolesOf: Readonly<Record<string, readonly ServiceRole[]>> = {
  "entrain.v1.PhaseService": ["agent"],
  "entrain.v1.RegistryService": ["agent"],
  "entrain.v1.DecisionService": ["agent"],
  "entrain.v1.CoordinationService": ["agent"],
  "entrain.v1.AgentService": ["console", "operator"],
  "entrain.v1.ContextService": ["agent", "decision-loop", "coordinator", "console", "operator"],
};

const changers: readonly ServiceRole[] = ["agent", "console", "operator"];

/** Methods that fewer may call than the rest of their service. */
const rolesOfMethod: Readonly<Record<string, readonly ServiceRole[]>> = {
  "entrain.v1.ContextService/Patch": changers,
  "entrain.v1.ContextService/Rollback": changers,
  "entrain.v1.ContextService/CreateBudget": changers,
  "entrain.v1.ContextService/CloseBudget": changers,
  "entrain.v1.ContextService/TransferBudget": changers,
  "entrain.v1.ContextService/AmendBudget": changers,
  "entrain.v1.ContextService/Allocate": changers,
  "entrain.v1.ContextService/ProlongBudget": changers,
  "entrain.v1.ContextService/ExtendAllocation": changers,
  "entrain.v1.ContextService/ConsumeAllocation": changers,
  "entrain.v1.ContextService/ReleaseAllocation": changers,
  "entrain.v1.ContextService/RefreshRate": changers,
  "entrain.v1.ContextService/ReleaseRate": changers,
};

/**
 * `path` is the method's: `/package.Service/Method`. Without TLS nobody can be told apart and all are let in.
 * @throws EntrainError `permission-denied`.
 */
export function checkRole({ role }: Peer, path: string): void {
  if (role === undefined) return;
  const [, service = "", method = ""] = path.split("/");
  const allowed = rolesOfMethod[`${service}/${method}`] ?? rolesOf[service] ?? [];
  if (allowed.includes(role)) return;
  const list = allowed.length === 0 ? "nobody" : allowed.join(" and ");
  throw new EntrainError("permission-denied", `a certificate of role ${role} may not call ${path}: ${list} may`, {
    field: "certificate",
    value: role,
  });
}
