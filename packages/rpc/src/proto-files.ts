/** Where the contract of the wire lies, the .proto files, and how they are read. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EntrainError } from "@entrain/kernel";

/** Every file with a service that processes of the swarm serve; what they import is found through the folder. */
export const protoFiles = [
  "entrain/v1/agent.proto",
  "entrain/v1/context.proto",
  "entrain/v1/coordination.proto",
  "entrain/v1/decision.proto",
  "entrain/v1/phase.proto",
  "entrain/v1/registry.proto",
] as const;

/** The file with what users serve and agents call. */
export const reasonerProtoFile = "entrain/v1/reasoner.proto";

/** Beside this module, as the published library ships them, and at the root of the repository. */
const places = ["./proto/", "../../../proto/"] as const;

/**
 * The folder to which the names in `protoFiles` are relative.
 * @throws EntrainError `internal` where they were left behind, as by a bundler that took only the JavaScript.
 */
export function protoDirectory(): string {
  const folders = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = folders.find((folder) => existsSync(join(folder, protoFiles[0])));
  if (found !== undefined) return found;
  throw new EntrainError("internal", `the .proto files are in none of ${folders.join(", ")}`, {
    remedy: "leave the package out of your bundle: it reads files that lie beside it",
  });
}

/**
 * How messages look in JavaScript: camelCase, 64-bit numbers as numbers (all of ours are below 2^53, and the edge
 * refuses others), every field present, absent messages null, absent optional numbers missing.
 */
export const protoLoading = { longs: "Number", enums: "String", defaults: true, oneofs: true } as const;
