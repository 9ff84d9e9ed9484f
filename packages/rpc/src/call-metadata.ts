/** What every call says of its caller, beside the message: its swarm and the version of the wire it speaks. */
import { Metadata } from "@grpc/grpc-js";
import { EntrainError } from "@entrain/kernel";
import { checkWireVersion, wireVersion } from "./wire-version.ts";

const swarmKey = "entrain-swarm-id";
const versionKey = "entrain-wire-version";

/** The metadata of a call from a member or observer of the swarm. */
export function callMetadata(swarmId: string): Metadata {
  const metadata = new Metadata();
  metadata.set(swarmKey, swarmId);
  metadata.set(versionKey, String(wireVersion));
  return metadata;
}

/**
 * Refuses callers of another swarm or with another wire; who says nothing of itself (a person with a tool) may call.
 * @throws EntrainError `invalid-config`.
 */
export function checkCaller(metadata: Metadata, swarmId: string): void {
  const [version] = metadata.get(versionKey);
  if (version !== undefined) checkWireVersion(Number(version));
  const [caller] = metadata.get(swarmKey);
  if (caller === undefined || caller === swarmId) return;
  const remedy = "check the swarm and the address";
  throw new EntrainError(
    "invalid-config",
    `the caller belongs to swarm "${caller.toString()}", this process to "${swarmId}": ${remedy}`,
    { field: swarmKey, remedy },
  );
}
