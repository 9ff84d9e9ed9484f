import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parseLibraries } from "./apt-index.ts";
import { findInPackages } from "./find-in-packages.ts";
import { executablesNamed } from "./find-on-path.ts";
import { openPrivateCache } from "./private-cache.ts";
import { redisCommand } from "./redis-command.ts";
import { startRedisServer } from "./start-redis-server.ts";

let root: string;

before(async () => {
  root = await mkdtemp(join(tmpdir(), "entrain-package-test-"));
});
after(async () => {
  await rm(root, { recursive: true, force: true });
});

const noApt = (await executablesNamed("apt-get", process.env)).length === 0 && "this machine has no apt";

test(
  "a server is unpacked from the distribution's packages with its libraries, runs, and is found again",
  { skip: noApt },
  async () => {
    const cacheDir = join(root, "cache");
    const said: string[] = [];
    const onProgress = (text: string) => said.push(text);
    // All libraries, so that the test does not depend on what happens to be installed.
    const outcome = await findInPackages({ env: process.env, cacheDir, onProgress, allLibraries: true });
    assert.ok(outcome.kind === "plan", outcome.kind === "skipped" ? outcome.reason : "");
    assert.ok(outcome.plan.kind === "binary" && outcome.plan.source === "package");
    assert.ok(outcome.plan.command.startsWith(cacheDir));
    assert.ok(outcome.plan.libraryPath?.startsWith(cacheDir));
    assert.match(said.join("\n"), /^downloading redis from /);
    // Lists, archives and packages are gone; the server alone stays.
    assert.equal((await readdir(cacheDir)).length, 1);

    await using server = await startRedisServer(outcome.plan, { dir: join(root, "data") });
    assert.equal(await redisCommand({ port: server.port }, ["PING"]), "PONG");
    const maps = await readFile(`/proc/${String(server.pid)}/maps`, "utf8");
    assert.ok(maps.includes(`${cacheDir}/`) && /\/cache\/\S+\.so/.test(maps), "it runs with its own libraries");

    const again = await findInPackages({ env: process.env, cacheDir, onProgress });
    assert.deepEqual(again, outcome);
    assert.equal(said.length, 1);
  },
);

test("libraries are picked from what packages need: no libc, one of each alternative, no programs", () => {
  const output = [
    "redis-tools",
    "  Depends: adduser",
    "  Depends: libatomic1",
    "  Depends: libc6",
    " |Depends: libfirst1",
    "  Depends: libsecond1",
    "    libprovider1",
    "  Depends: lua-cjson",
    "  PreDepends: libpre1:any",
    "  Depends: <libvirtual>",
    "  Depends: libatomic1",
  ].join("\n");
  assert.deepEqual(parseLibraries(output), ["libatomic1", "libfirst1", "lua-cjson", "libpre1"]);
});

test("the cache is the user's own, and a folder that others can write is passed over", async () => {
  const env = { HOME: join(root, "home"), XDG_CACHE_HOME: join(root, "xdg"), TMPDIR: join(root, "tmp") };
  assert.equal(await openPrivateCache(env), join(root, "xdg", "entrain", "redis"));
  await chmod(join(root, "xdg", "entrain", "redis"), 0o777);
  assert.equal(await openPrivateCache(env), join(root, "home", ".cache", "entrain", "redis"));
  const uid = String(process.getuid?.() ?? 0);
  await mkdir(join(root, "tmp"));
  assert.equal(
    await openPrivateCache({ HOME: "/dev/null", XDG_CACHE_HOME: "relative", TMPDIR: join(root, "tmp") }),
    join(root, "tmp", `entrain-redis-${uid}`),
  );
  await assert.rejects(openPrivateCache({ HOME: "/dev/null", TMPDIR: "/dev/null" }), { code: "not-found" });
});
