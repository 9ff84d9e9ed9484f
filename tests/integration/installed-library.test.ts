/**
 * The library as its users get it: packed, installed by npm into an empty folder far from this repository, compiled against
 * strictly, and run.
 */
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { runCommand } from "./run-command.ts";
import type { ConsumerResult } from "./library-consumer/consumer.ts";

const root = path.resolve(import.meta.dirname, "../..");
let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "entrain-consumer-"));
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function succeed(command: string, args: readonly string[], limitMs = 240_000): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command, args, { cwd: folder, limitMs });
  assert.equal(code, 0, `${command} ${args.join(" ")}\n${stdout}\n${stderr}`);
  return stdout;
}

const write = (name: string, content: unknown) => writeFile(path.join(folder, name), JSON.stringify(content));

test("the tarball holds compiled code and types, what they read, a license, and no source", async () => {
  const stdout = await succeed(process.execPath, [path.join(root, "scripts/pack.ts"), "--to", folder]);
  const tarball = stdout.trim().split("\n").at(-1) ?? "";
  assert.match(path.basename(tarball), /^entrain-\d+\.\d+\.\d+\.tgz$/);
  await write("package.json", { name: "consumer", private: true, type: "module" });
  // Types of Node are the consumer's own dependency, as in every TypeScript project on Node.
  const { version } = JSON.parse(await readFile(path.join(root, "node_modules/@types/node/package.json"), "utf8")) as {
    version: string;
  };
  const flags = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await succeed("npm", ["install", "--prefix", folder, ...flags, tarball, `@types/node@${version}`]);

  const installed = path.join(folder, "node_modules/entrain");
  const files = await readdir(installed, { recursive: true });
  for (const file of ["LICENSE", "README.md", "dist/index.js", "dist/index.d.ts", "dist/lua/campaign.lua"])
    assert.ok(files.includes(file), `${file} is missing`);
  assert.deepEqual(
    files.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts")),
    [],
  );
  const code = await readFile(path.join(installed, "dist/index.js"), "utf8");
  assert.doesNotMatch(code, /from "@entrain\//, "a private package would be missing");
  const manifest = JSON.parse(await readFile(path.join(installed, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  assert.ok(Object.keys(manifest.dependencies).every((name) => !name.startsWith("@entrain/")));
});

test("a strict consumer compiles against its types, and those of its dependencies", async () => {
  await cp(path.join(import.meta.dirname, "library-consumer/consumer.ts"), path.join(folder, "consumer.ts"));
  await write("tsconfig.json", {
    compilerOptions: {
      target: "ES2024",
      lib: ["ES2024", "ESNext.Disposable"],
      module: "NodeNext",
      moduleResolution: "NodeNext",
      types: ["node"],
      outDir: "out",
      rootDir: ".",
      skipLibCheck: false,
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noPropertyAccessFromIndexSignature: true,
      noImplicitOverride: true,
      noUnusedLocals: true,
      verbatimModuleSyntax: true,
      isolatedModules: true,
    },
    files: ["consumer.ts"],
  });
  for (const compiler of ["typescript-native/bin/tsc", "typescript/bin/tsc"])
    await succeed(process.execPath, [path.join(root, "node_modules", compiler), "-p", folder]);
});

test("two agents start, beat, decide alike and stop; the process ends by itself and its stdout is empty", async () => {
  await using redis = await acquireTestRedis();
  const resultFile = path.join(folder, "result.json");
  const stdout = await succeed(process.execPath, [path.join(folder, "out/consumer.js"), redis.url, resultFile], 60_000);
  const endedAtUnixMs = Date.now();
  const result = JSON.parse(await readFile(resultFile, "utf8")) as ConsumerResult;
  assert.equal(stdout, "");
  assert.ok(endedAtUnixMs - result.stoppedAtUnixMs < 5_000, "something kept the process alive after the stop");

  const [ofA = [], ofB = []] = [result.beats["a"], result.beats["b"]];
  const common = ofA.filter((beat) => ofB.includes(beat));
  assert.ok(common.length >= 5, `a: ${ofA.join(" ")}; b: ${ofB.join(" ")}`);
  assert.equal(new Set(result.decisions).size, 1, result.decisions.join(", "));
  assert.match(result.decisions[0] ?? "", /^rack-7 d-\S+ \w+$/);
  assert.ok(["a", "b"].includes(result.leaders[0] ?? ""), result.leaders.join(", "));
  assert.ok(!result.leaders.includes("degraded"));
  assert.equal(result.refusal, "invalid-argument");
  assert.match(result.metrics, /^entrain_agents_hosted 2$/m);
  assert.equal(result.clientStatus, "ready", "the user's own client is left alone");
});
