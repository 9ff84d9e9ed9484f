import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { storeRoles } from "@entrain/redis";
import { writeStoreUsers } from "./write-store-users.ts";

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "entrain-acl-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test("each role has a password of its own, and the rules know its digest alone", async (t) => {
  const folder = await folderFor(t);
  await writeStoreUsers({ folder, swarmId: "orders", renew: false });
  const rules = await readFile(join(folder, "redis", "users.acl"), "utf8");
  const lines = rules.trimEnd().split("\n");
  assert.equal(lines.length, storeRoles.length);
  const passwords = new Set<string>();
  for (const [index, role] of storeRoles.entries()) {
    const place = join(folder, role, "redis-password");
    assert.equal((await stat(place)).mode & 0o077, 0);
    const password = await readFile(place, "utf8");
    passwords.add(password);
    const digest = createHash("sha256").update(password).digest("hex");
    assert.ok(lines[index]?.startsWith(`user entrain-${role} on #${digest} resetkeys `), lines[index]);
    assert.ok(!rules.includes(password));
  }
  assert.equal(passwords.size, storeRoles.length);
});

test("run again it keeps the passwords; renewed, all are others; another swarm's name is in the rules", async (t) => {
  const folder = await folderFor(t);
  const plan = { folder, swarmId: "orders", renew: false };
  const rules = async () => readFile(join(folder, "redis", "users.acl"), "utf8");
  await writeStoreUsers(plan);
  const first = await rules();
  const again = await writeStoreUsers(plan);
  assert.equal(await rules(), first);
  assert.deepEqual(
    again.map(({ written }) => written),
    [...storeRoles.map(() => false), true],
  );
  await writeStoreUsers({ ...plan, swarmId: "billing" });
  assert.match(await rules(), /~entrain:\{billing\}:store/);
  await writeStoreUsers({ ...plan, renew: true });
  assert.notEqual(await rules(), first);
  await assert.rejects(writeStoreUsers({ ...plan, swarmId: "no spaces" }), { code: "invalid-argument" });
});
