/** Files in folders that commands keep: read where they are there, replaced as a whole. */
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
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
 * Makes a folder and those above it that are missing, one by one: node:fs's own recursion never ends in a parent that takes
 * no folders, such as /proc.
 * @throws what the system says, where a folder cannot be made or a file is in the way
 */
export async function makeFolder(path: string): Promise<void> {
  const missing: string[] = [];
  let place = resolve(path);
  for (let present = await statIfThere(place); present?.isDirectory() !== true; present = await statIfThere(place)) {
    if (present !== undefined) throw new Error(`${place} is no folder`);
    missing.unshift(place);
    place = dirname(place);
  }
  for (const folder of missing)
    await mkdir(folder, { mode: 0o755 }).catch(async (thrown: unknown) => {
      // Somebody else may have made it meanwhile.
      if ((await statIfThere(folder))?.isDirectory() !== true) throw thrown;
    });
}

async function statIfThere(path: string): Promise<Awaited<ReturnType<typeof stat>> | undefined> {
  try {
    return await stat(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
}

/**
 * Writes files into a folder, each whole or not at all; those that hold secrets (`*.key`, `*password`) for their owner alone.
 * @throws EntrainError `invalid-config` where the folder cannot be written to
 */
export async function writeFiles(place: string, files: Readonly<Record<string, string>>): Promise<void> {
  try {
    await makeFolder(place);
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
