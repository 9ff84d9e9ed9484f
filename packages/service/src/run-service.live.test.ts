import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { test, type TestContext } from "node:test";
import { parseControlLine } from "./control-message.ts";

const module = new URL("run-service.ts", import.meta.url).href;

/** A service: `body` is what its main does; `hold` keeps the process alive like a listening server. */
const program = (body: string) => `
  import { runService } from ${JSON.stringify(module)};
  import { EntrainError } from "@entrain/kernel";
  const hold = setInterval(() => undefined, 1_000);
  const say = (word) => process.stdout.write(word + "\\n");
  const running = { opsUrl: "http://127.0.0.1:9", grpcAddress: "127.0.0.1:7", stop: async () => { say("stopped"); clearInterval(hold); } };
  await runService("agent", async (config, { logger, signal, fail }) => { ${body} });
  say("up");`;

interface Launch {
  readonly env?: NodeJS.ProcessEnv;
  readonly args?: readonly string[];
  readonly control?: "pipe" | number;
}

/** A service process and what it said. */
function launch(t: TestContext, body: string, { env = {}, args = [], control = "pipe" }: Launch = {}) {
  // Without a script argv begins with the arguments; the first of them stands for it.
  const flags = ["--input-type=module", "--eval", program(body), "--", ...args];
  const child: ChildProcess = spawn(process.execPath, flags, {
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "pipe", control],
    env: { PATH: process.env["PATH"], ENTRAIN_LOG_LEVEL: "info", ...env },
  });
  t.after(() => child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close").then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as unknown,
  }));
  return {
    child,
    ended,
    /** Resolves when stdout holds `word`. */
    async said(word: string) {
      while (!stdout.split("\n").includes(word)) await Promise.race([once(child.stdout!, "data"), failIfEnded(ended)]);
    },
    words: () => stdout.trim().split("\n"),
    stderr: () => stderr,
    /** What people read: without the log. */
    sentences: () => stderr.split("\n").filter((line) => line !== "" && !line.startsWith("{")),
    log: () =>
      stderr
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

async function failIfEnded(ended: Promise<unknown>): Promise<never> {
  throw new Error(`the service has ended: ${JSON.stringify(await ended)}`);
}

const steady = "return running;";

for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
  test(`${name} stops the service, and the exit code is 0`, async (t) => {
    const service = launch(t, steady);
    await service.said("up");
    service.child.kill(name);
    assert.deepEqual(await service.ended, { code: 0, signal: null });
    assert.deepEqual(service.words(), ["up", "stopped"]);
    assert.deepEqual(service.sentences(), []);
  });

test("the log tells the life of the service, with its ids and without secrets", async (t) => {
  const env = { ENTRAIN_SWARM: "orders", REDIS_URL: "redis://:s3cret@127.0.0.1:6379" };
  const service = launch(t, steady, { env });
  await service.said("up");
  service.child.kill("SIGTERM");
  await service.ended;
  assert.deepEqual(
    service.log().map(({ msg }) => msg),
    ["starting", "ready", "stopping", "stopped"],
  );
  for (const { service: name, swarmId, pid } of service.log())
    assert.deepEqual({ name, swarmId, pid }, { name: "agent", swarmId: "orders", pid: service.child.pid });
  assert.doesNotMatch(service.stderr(), /s3cret/);
});

test("the service says on its control channel that it is ready, and stops when the channel closes", async (t) => {
  const service = launch(t, steady, { env: { ENTRAIN_CONTROL_FD: "3" } });
  const channel = service.child.stdio[3] as Duplex;
  const [text] = (await once(channel.setEncoding("utf8"), "data")) as [string];
  assert.deepEqual(parseControlLine(text), {
    kind: "ready",
    name: "agent",
    pid: service.child.pid,
    opsUrl: "http://127.0.0.1:9",
    grpcAddress: "127.0.0.1:7",
  });
  channel.destroy();
  assert.deepEqual(await service.ended, { code: 0, signal: null });
  assert.ok(service.words().includes("stopped"));
});

test("a control channel that is none is a wrong environment", async (t) => {
  const file = openSync(new URL(import.meta.url), "r");
  t.after(() => {
    closeSync(file);
  });
  for (const env of [{ ENTRAIN_CONTROL_FD: "3" }, { ENTRAIN_CONTROL_FD: "77" }]) {
    const service = launch(t, steady, { env, control: file });
    assert.equal((await service.ended).code, 78);
    assert.match(service.sentences().join("\n"), /^entrain agent: ENTRAIN_CONTROL_FD is "\d+": it is no open pipe/);
  }
});

test("a wrong environment is 78 and one sentence for each problem", async (t) => {
  const service = launch(t, steady, { env: { ENTRAIN_PERIOD: "soon", ENTRAIN_PEROID: "1s" } });
  assert.equal((await service.ended).code, 78);
  assert.deepEqual(service.sentences(), [
    "entrain agent: ENTRAIN_PEROID is no variable of Entrain: did you mean ENTRAIN_PERIOD?",
    'entrain agent: ENTRAIN_PERIOD is "soon": write a number and a unit: 200ms, 2s, 5m, 1h or 1d',
  ]);
  assert.deepEqual(service.log(), []);
});

test("arguments are a wrong command line: 2", async (t) => {
  const service = launch(t, steady, { args: ["main.ts", "--port", "80"] });
  assert.equal((await service.ended).code, 2);
  assert.match(service.sentences().join("\n"), /^entrain agent: "--port 80": it takes no arguments/);
});

test("a start that fails as expected is its exit code and one sentence, no stack trace", async (t) => {
  const codes = { "store-unavailable": 69, unavailable: 69, "invalid-config": 78, superseded: 78 };
  for (const [code, exitCode] of Object.entries(codes)) {
    const service = launch(t, `throw new EntrainError("${code}", "it cannot be: do this");`);
    assert.equal((await service.ended).code, exitCode, code);
    assert.deepEqual(service.sentences(), ["entrain agent: it cannot be: do this"]);
    assert.doesNotMatch(service.stderr(), /\bat .*:\d+:\d+/);
  }
});

test("a defect is fatal: 70, with its stack trace in the log", async (t) => {
  const defects = [
    'throw new Error("boom");',
    'setTimeout(() => { throw new Error("boom"); }); return running;',
    'setTimeout(() => Promise.reject(new Error("boom"))); return running;',
    'setTimeout(() => fail(new Error("boom"))); return running;',
    'setTimeout(() => Promise.reject(new EntrainError("store-unavailable", "boom"))); return running;',
  ];
  for (const body of defects) {
    const service = launch(t, body);
    assert.equal((await service.ended).code, 70, body);
    assert.deepEqual(service.sentences(), ["entrain agent: a defect ends the service: boom"], body);
    const fatal = service.log().find(({ level }) => level === 60);
    assert.match((fatal?.["err"] as { stack: string }).stack, /boom\n\s+at /);
  }
});

test("a service that fails while it runs stops in order, with the exit code of its reason", async (t) => {
  const service = launch(
    t,
    'setTimeout(() => fail(new EntrainError("superseded", "another is alive"))); return running;',
  );
  assert.equal((await service.ended).code, 78);
  assert.ok(service.words().includes("stopped"));
  assert.deepEqual(service.sentences(), ["entrain agent: another is alive"]);
});

test("a stop during the start is heard by the start; what it leaves behind is stopped", async (t) => {
  const waiting = 'say("starting"); await new Promise((resolve) => signal.addEventListener("abort", resolve));';
  for (const end of ["return running;", "throw signal.reason;", 'throw new Error("cut short");']) {
    const service = launch(t, waiting + end);
    await service.said("starting");
    service.child.kill("SIGTERM");
    assert.equal((await service.ended).code, 0, end);
    assert.equal(service.words().includes("stopped"), end === steady, end);
    assert.deepEqual(service.sentences(), []);
  }
});

test("a second signal ends at once what hangs", async (t) => {
  const service = launch(t, 'return { ...running, stop: () => { say("hanging"); return new Promise(() => {}); } };');
  await service.said("up");
  service.child.kill("SIGTERM");
  await service.said("hanging");
  service.child.kill("SIGINT");
  assert.equal((await service.ended).code, 130);
});

test("a stop that outlasts its drain time by a second is forced: 70", async (t) => {
  const service = launch(t, "return { ...running, stop: () => new Promise(() => {}) };", {
    env: { ENTRAIN_DRAIN: "100ms" },
  });
  await service.said("up");
  const startedAt = performance.now();
  service.child.kill("SIGTERM");
  assert.equal((await service.ended).code, 70);
  const tookMs = performance.now() - startedAt;
  assert.ok(tookMs >= 1_050 && tookMs < 10_000, `${tookMs} ms`);
  assert.deepEqual(service.sentences(), ["entrain agent: it did not stop within 1.1s and is ended by force"]);
});

test("a stop that fails is a defect", async (t) => {
  const service = launch(t, 'return { ...running, stop: async () => { throw new Error("stuck"); } };');
  await service.said("up");
  service.child.kill("SIGTERM");
  assert.equal((await service.ended).code, 70);
  assert.deepEqual(service.sentences(), ["entrain agent: a defect ends the service: stuck"]);
});
