/**
 * The version of the wire. It changes where a message changes its meaning; a field that is only added changes nothing.
 * A release reads its own version and the one before it; a peer with any other is refused with one sentence.
 */
import { EntrainError } from "@entrain/kernel";

/** The version that this release writes. */
export const wireVersion = 1;
const oldestReadable = 1;

/**
 * Refuses a peer whose messages would be misread.
 * @throws EntrainError `invalid-config` (FAILED_PRECONDITION on the wire).
 */
export function checkWireVersion(version: number): void {
  if (Number.isInteger(version) && version >= oldestReadable && version <= wireVersion) return;
  throw new EntrainError(
    "invalid-config",
    `wire_version is ${version}, but this process speaks ${wireVersion}: run neighbouring releases on both sides`,
    { field: "wire_version", value: version, remedy: "run neighbouring releases on both sides" },
  );
}
