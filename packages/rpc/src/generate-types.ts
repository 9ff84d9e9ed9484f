/**
 * Generates the TypeScript types of the messages and services (src/gen) from the .proto files:
 * `npm run generate --workspace @entrain/rpc`. A test regenerates them and fails where they have drifted apart.
 */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { protoDirectory, protoFiles, protoLoading, reasonerProtoFile } from "./proto-files.ts";

/** The folder of the generated types. */
export const generatedDirectory = fileURLToPath(new URL("./gen/", import.meta.url));

/** Writes the types of all .proto files into `outDirectory`, which is emptied first. */
export function generateTypes(outDirectory: string): void {
  const { longs, enums, defaults, oneofs } = protoLoading;
  const generator = createRequire(import.meta.url).resolve("@grpc/proto-loader/build/bin/proto-loader-gen-types.js");
  const loading = [`--longs=${longs}`, `--enums=${enums}`, `--defaults=${defaults}`, `--oneofs=${oneofs}`];
  const files = ["--targetFileExtension=.ts", "--importFileExtension=.ts", "--grpcLib=@grpc/grpc-js"];
  rmSync(outDirectory, { recursive: true, force: true });
  // Relative paths, for the generator writes them into the files.
  const root = path.dirname(path.resolve(protoDirectory()));
  const places = [`--includeDirs=${path.relative(root, protoDirectory())}`, `--outDir=${outDirectory}`];
  execFileSync(process.execPath, [generator, ...loading, ...files, ...places, ...protoFiles, reasonerProtoFile], {
    cwd: root,
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) generateTypes(generatedDirectory);
