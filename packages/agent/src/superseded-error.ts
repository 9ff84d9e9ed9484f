/** What is told to an agent whose id has been taken over (M3). */
import { EntrainError } from "@entrain/kernel";

/** `superseded`, with the id and what to do about it. */
export function supersededError(agentId: string): EntrainError {
  const remedy = "give each agent an id of its own";
  return new EntrainError("superseded", `a higher incarnation of ${agentId} is alive, so this one stops: ${remedy}`, {
    field: "agentId",
    value: agentId,
    remedy,
  });
}
