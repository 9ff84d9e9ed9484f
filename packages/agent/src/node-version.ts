/** Which Node the library runs on: an older one would fail somewhere later, in words that do not say why. */
import { EntrainError } from "@entrain/kernel";

/** The oldest Node that runs the published library: the target of its syntax, and what its dependencies ask for. */
export const oldestNode = 22;

/** @throws EntrainError `invalid-config` on an older Node */
export function checkNode(version: string = process.versions.node): void {
  if (Number.parseInt(version, 10) >= oldestNode) return;
  const remedy = `run it with Node ${oldestNode} or newer`;
  throw new EntrainError("invalid-config", `Node ${version} is too old for Entrain: ${remedy}`, {
    field: "node",
    value: version,
    remedy,
  });
}
