import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { makeFolder, writeFiles } from "./whole-files.ts";

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "entrain-folder-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test("a folder is made with those above it, and one that is there is left", async (t) => {
  const deep = join(await folderFor(t), "a", "b", "c");
  await makeFolder(deep);
  await makeFolder(deep);
  await Promise.all([makeFolder(join(deep, "d", "e")), makeFolder(join(deep, "d", "e"))]);
  assert.ok(statSync(join(deep, "d", "e")).isDirectory());
});

test("a file in the way is named", async (t) => {
  const file = join(await folderFor(t), "file");
  await writeFile(file, "");
  for (const path of [file, join(file, "below")]) await assert.rejects(makeFolder(path), /ENOTDIR|is no folder/);
});

const withoutProc = existsSync("/proc/self") ? false : "no /proc on this system";
test("where no folder can be made it is said at once", { skip: withoutProc, timeout: 10_000 }, async () => {
  await assert.rejects(makeFolder("/proc/none/of/these"), /\/proc/);
  const refused = { code: "invalid-config", field: "FOLDER", value: "/proc/none" };
  await assert.rejects(writeFiles("/proc/none", { file: "" }), refused);
});
