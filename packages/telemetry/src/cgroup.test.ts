import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { readCgroup } from "./cgroup.ts";

/** A /proc and a /sys/fs/cgroup with these files. */
async function folders(t: TestContext, ownGroup: string, files: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(tmpdir(), "entrain-cgroup-"));
  t.after(() => rm(root, { recursive: true }));
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  await write("proc/self/cgroup", ownGroup);
  for (const [path, text] of Object.entries(files)) await write(`cgroup/${path}`, text);
  return { proc: join(root, "proc"), cgroup: join(root, "cgroup") };
}

const stat = "usage_usec 2500000\nuser_usec 1\nsystem_usec 2\n";

test("a container's limits are read, its cached file pages not counted as used", async (t) => {
  const where = await folders(t, "0::/\n", {
    "cpu.max": "150000 100000\n",
    "cpu.stat": stat,
    "memory.max": "1000000\n",
    "memory.current": "700000\n",
    "memory.stat": "anon 500000\ninactive_file 200000\nactive_file 5\n",
  });
  assert.deepEqual(await readCgroup(where), {
    cpu: { limitCores: 1.5, usedUs: 2_500_000 },
    memory: { limitBytes: 1_000_000, usedBytes: 500_000 },
  });
});

test("the tightest limit on the way up counts, with the use of the group that has it", async (t) => {
  const where = await folders(t, "0::/slice/service\n", {
    "slice/service/cpu.max": "max 100000\n",
    "slice/service/cpu.stat": "usage_usec 1\n",
    "slice/service/memory.max": "9000\n",
    "slice/service/memory.current": "100\n",
    "slice/cpu.max": "50000 100000\n",
    "slice/cpu.stat": stat,
    "slice/memory.max": "8000\n",
    "slice/memory.current": "4000\n",
  });
  assert.deepEqual(await readCgroup(where), {
    cpu: { limitCores: 0.5, usedUs: 2_500_000 },
    memory: { limitBytes: 8_000, usedBytes: 4_000 },
  });
});

test("no limit is no limit: max, missing files, cgroup v1, no /proc", async (t) => {
  const none = { cpu: undefined, memory: undefined };
  const unlimited = { "cpu.max": "max 100000\n", "cpu.stat": stat, "memory.max": "max\n", "memory.current": "5\n" };
  assert.deepEqual(await readCgroup(await folders(t, "0::/\n", unlimited)), none);
  assert.deepEqual(await readCgroup(await folders(t, "0::/gone\n", {})), none);
  assert.deepEqual(await readCgroup(await folders(t, "4:memory:/docker/abc\n1:cpu:/\n", {})), none);
  assert.deepEqual(await readCgroup({ proc: "/nowhere", cgroup: "/nowhere" }), none);
});

test("a path that leads out of the container's view is read as its root", async (t) => {
  const where = await folders(t, "0::/../../other\n", { "memory.max": "10\n", "memory.current": "5\n" });
  assert.deepEqual((await readCgroup(where)).memory, { limitBytes: 10, usedBytes: 5 });
});
