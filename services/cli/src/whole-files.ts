/** Files in folders that commands keep: read where they are there, replaced as a whole. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EntrainError } from "@entrain/kernel";

/** The text of a file; undefined where there is none. @throws EntrainError `invalid-config` where it cannot be read */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unusable(path, thrown);
  }
}

/**
 * Writes files into a folder, each whole or not at all; those that hold secrets (`*.key`, `*password`) for their owner alone.
 * @throws EntrainError `invalid-config` where the folder cannot be written to
 */
export async function writeFiles(place: string, files: Readonly<Record<string, string>>): Promise<void> {
  try {
    await mkdir(place, { recursive: true, mode: 0o755 });
    for (const [name, text] of Object.entries(files)) {
      const path = join(place, name);
      await writeFile(`${path}.new`, text, { mode: /(\.key|password)$/.test(name) ? 0o600 : 0o644 });
      await rename(`${path}.new`, path);
    }
  } catch (thrown) {
    throw unusable(place, thrown);
  }
}

function unusable(path: string, thrown: unknown): EntrainError {
  const reason = EntrainError.from(thrown).message;
  return new EntrainError("invalid-config", `FOLDER cannot be used (${reason}): choose one that you may write to`, {
    field: "FOLDER",
    value: path,
    cause: thrown,
  });
}
