/** Where the contract of the wire lies: the .proto files at the root of the repository, and how they are read. */
import { fileURLToPath } from "node:url";

/** The folder to which the names in `protoFiles` are relative. */
export function protoDirectory(): string {
  return fileURLToPath(new URL("../../../proto/", import.meta.url));
}

/** Every file with a service; what they import is found through the folder. */
export const protoFiles = ["entrain/v1/agent.proto", "entrain/v1/decision.proto", "entrain/v1/phase.proto"] as const;

/**
 * How messages look in JavaScript: camelCase, 64-bit numbers as numbers (all of ours are below 2^53, and the edge
 * refuses others), every field present, absent messages null, absent optional numbers missing.
 */
export const protoLoading = { longs: "Number", enums: "String", defaults: true, oneofs: true } as const;
