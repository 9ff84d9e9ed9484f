import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { findInDocker, REDIS_IMAGE } from "./find-in-docker.ts";
import { findRedisServer, useFirstPlan, WHAT_TO_INSTALL } from "./find-redis-server.ts";
import { RedisServerError } from "./redis-server-error.ts";
import { startRedisServer } from "./start-redis-server.ts";

let root: string;

before(async () => {
  root = await mkdtemp(join(tmpdir(), "entrain-find-test-"));
});
after(async () => {
  await rm(root, { recursive: true, force: true });
});

/** A folder with shell scripts as programs; gives an environment whose PATH is that folder alone. */
async function programs(name: string, scripts: Readonly<Record<string, string>>): Promise<NodeJS.ProcessEnv> {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  for (const [program, script] of Object.entries(scripts)) {
    await writeFile(join(folder, program), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, program), 0o755);
  }
  return { PATH: folder, HOME: root };
}

const printing = (version: string) => `echo "${version} sha=00000000:0 malloc=libc bits=64 build=0"`;

test("an old redis-server gives way to a newer one behind it on the PATH", async () => {
  const old = await programs("old", { "redis-server": printing("Redis server v=6.2.7") });
  const newer = await programs("newer", { "redis-server": printing("Redis server v=7.2.4") });
  const env = { PATH: [old["PATH"], "", newer["PATH"]].join(delimiter) };
  const { plan } = await findRedisServer({ env, sources: ["path"] });
  assert.deepEqual(plan, {
    kind: "binary",
    source: "path",
    command: join(newer["PATH"] ?? "", "redis-server"),
    version: "7.2.4",
  });
});

test("valkey-server serves where redis-server is too old", async () => {
  const env = await programs("valkey", {
    "redis-server": printing("Redis server v=6.0.16"),
    "valkey-server": printing("Valkey server v=8.1.1"),
  });
  const { plan } = await findRedisServer({ env, sources: ["path"] });
  assert.equal(plan.kind === "binary" && plan.version, "8.1.1");
});

test("where nothing is found, one sentence says what to install and the cause lists every reason", async () => {
  const env = await programs("nothing", {
    "redis-server": printing("Redis server v=6.0.16"),
    "valkey-server": "echo broken >&2; exit 3",
  });
  const said: string[] = [];
  await assert.rejects(
    findRedisServer({ env, onProgress: (text) => said.push(text), cacheDir: join(root, "cache") }),
    (error: unknown) => {
      assert.ok(error instanceof RedisServerError);
      assert.equal(error.code, "not-found");
      assert.equal(error.message, WHAT_TO_INSTALL);
      const reasons = (error.cause as Error).message;
      assert.match(reasons, /path: .*6\.0\.16, older than 7\.0; .*broken/);
      assert.match(reasons, /docker: no docker on the PATH/);
      assert.match(reasons, /package: (no apt-get on the PATH|this is neither Debian nor Ubuntu)/);
      return true;
    },
  );
  assert.equal(said.length, 3);
});

test("a server that is found but does not start falls through to the next", async () => {
  // It tells a good version and then dies.
  const env = await programs("dud", { "redis-server": `[ "$1" = --version ] && ${printing("Redis server v=7.0.0")}` });
  const tried: string[] = [];
  await assert.rejects(
    useFirstPlan({ env, sources: ["path", "docker"] }, async (plan) => {
      tried.push(plan.source);
      return startRedisServer(plan, { dir: join(root, "dud-data") });
    }),
    (error: unknown) => /path: .*ended at once[^]*docker: no docker/.test(((error as Error).cause as Error).message),
  );
  assert.deepEqual(tried, ["path"]);
});

test("a caller who ends the search gets no further step", async () => {
  const env = await programs("ended", { "redis-server": printing("Redis server v=7.0.0") });
  await assert.rejects(findRedisServer({ env, signal: AbortSignal.abort() }), { code: "aborted" });
});

const DOCKER = `case "$1" in
  info) [ -n "$FAKE_ENGINE" ] && echo "$FAKE_ENGINE" ;;
  image) [ -n "$FAKE_PRESENT" ] ;;
  pull) [ -n "$FAKE_PULL" ] || { echo "no such host" >&2; exit 1; } ;;
esac`;

test("Docker is taken when its engine answers and the image is there or can be pulled", async () => {
  const env = await programs("docker", { docker: DOCKER });
  const said: string[] = [];
  const find = (more: NodeJS.ProcessEnv) => findInDocker({ ...env, ...more }, (text) => said.push(text));
  const engine = '{"ServerVersion":"29.0","SecurityOptions":["name=seccomp"]}';

  assert.deepEqual(await find({}), { kind: "skipped", reason: "the Docker engine does not answer" });
  assert.deepEqual(await find({ FAKE_ENGINE: '{"ServerVersion":""}' }), {
    kind: "skipped",
    reason: "the Docker engine does not answer",
  });
  assert.deepEqual(await find({ FAKE_ENGINE: engine, DOCKER_HOST: "tcp://elsewhere:2375" }), {
    kind: "skipped",
    reason: "DOCKER_HOST names a remote engine",
  });
  const unpullable = await find({ FAKE_ENGINE: engine });
  assert.match(unpullable.kind === "skipped" ? unpullable.reason : "", /cannot be pulled .*no such host/);
  const pulled = await find({ FAKE_ENGINE: engine, FAKE_PULL: "1" });
  assert.deepEqual(said, Array(2).fill(`pulling ${REDIS_IMAGE} with Docker…`));
  const present = await find({ FAKE_ENGINE: engine, FAKE_PRESENT: "1" });
  assert.deepEqual(present, pulled);
  const user = `${String(process.getuid?.())}:${String(process.getgid?.())}`;
  assert.deepEqual(present, {
    kind: "plan",
    plan: { kind: "container", source: "docker", docker: join(env["PATH"] ?? "", "docker"), image: REDIS_IMAGE, user },
  });
  const rootless = await find({
    FAKE_ENGINE: '{"ServerVersion":"29","SecurityOptions":["name=rootless"]}',
    FAKE_PRESENT: "1",
  });
  assert.equal(rootless.kind === "plan" && rootless.plan.kind === "container" && rootless.plan.user, "0:0");
});
