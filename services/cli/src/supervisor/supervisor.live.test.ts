import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { EntrainError } from "@entrain/kernel";
import { fixtureSpec } from "./fixtures/fixture-spec.ts";
import { isAlive, waitUntil } from "./fixtures/processes.ts";
import { startGuard } from "./guard.ts";
import { createSupervisor, type Supervisor, type SupervisorEvent } from "./supervisor.ts";

const quickly = { supportAfterMs: 300, killAfterMs: 600 };

interface Bench {
  readonly supervisor: Supervisor;
  readonly dir: string;
  readonly events: SupervisorEvent[];
  readonly guardPid: number;
}

function bench(t: TestContext): Bench {
  const dir = mkdtempSync(join(tmpdir(), "entrain-supervisor-"));
  const guard = startGuard("");
  const events: SupervisorEvent[] = [];
  const supervisor = createSupervisor({ guard, chance: () => 0.5, onEvent: (event) => events.push(event) });
  t.after(async () => {
    await supervisor.stop(quickly);
    await guard.release();
    rmSync(dir, { recursive: true });
  });
  return { supervisor, dir, events, guardPid: guard.pid! };
}

describe("a supervisor", () => {
  test("tells that a service is ready, and ends it when asked", async (t) => {
    const { supervisor, dir, events } = bench(t);
    const word = await supervisor.start(fixtureSpec("a", dir));
    assert.equal(word.opsUrl, "http://127.0.0.1:1");
    assert.deepEqual(events, [{ kind: "ready", name: "a", pid: word.pid, opsUrl: word.opsUrl, lives: 1 }]);
    await supervisor.stop(quickly);
    assert.equal(isAlive(word.pid), false);
    assert.equal(events.length, 1, "an end that was asked for is no news");
  });

  test("tells of a killed service, and leaves it dead", async (t) => {
    const { supervisor, dir, events } = bench(t);
    const { pid } = await supervisor.start(fixtureSpec("a", dir));
    process.kill(pid, "SIGKILL");
    await waitUntil("the end is told", () => events.length === 2);
    const ended = events[1];
    assert.ok(ended?.kind === "ended");
    assert.deepEqual(ended.exit, { code: null, signal: "SIGKILL" });
    assert.equal(ended.fromOutside, true);
    assert.equal(ended.restartInMs, undefined);
  });

  test("starts a killed service again where it is told to", async (t) => {
    const { supervisor, dir, events } = bench(t);
    const { pid } = await supervisor.start(fixtureSpec("a", dir, { restart: "always" }));
    process.kill(pid, "SIGKILL");
    await waitUntil("a second life", () => events.length === 3);
    const ready = events[2];
    assert.ok(ready?.kind === "ready");
    assert.equal(ready.lives, 2);
    assert.notEqual(ready.pid, pid);
    assert.equal(isAlive(ready.pid), true);
  });

  test("refuses a service that ends before it is ready, with its last words and the meaning of its exit code", async (t) => {
    const { supervisor, dir } = bench(t);
    const starting = supervisor.start(fixtureSpec("a", dir, { behaviour: "broken", exitCode: 78, startTries: 3 }));
    await assert.rejects(starting, (thrown) => {
      assert.ok(thrown instanceof EntrainError);
      assert.equal(thrown.code, "invalid-config");
      assert.match(thrown.message, /a ended with exit code 78 before it was ready: the flux is out of balance \(log: /);
      return true;
    });
  });

  test("tries a start as often as it is told", async (t) => {
    const { supervisor, dir, events } = bench(t);
    await assert.rejects(supervisor.start(fixtureSpec("a", dir, { behaviour: "broken", startTries: 2 })));
    assert.deepEqual(
      events.map((event) => event.kind === "ended" && event.restartInMs !== undefined),
      [true, false],
    );
  });

  test("ends agents before the services that they lean on", async (t) => {
    const { supervisor, dir } = bench(t);
    const support = await supervisor.start(fixtureSpec("support", dir, { role: "support" }));
    const agent = await supervisor.start(fixtureSpec("agent", dir, { behaviour: "deaf" }));
    const stopped = supervisor.stop({ supportAfterMs: 400, killAfterMs: 800 });
    await waitUntil("the support has ended", () => !isAlive(support.pid));
    assert.equal(isAlive(agent.pid), true, "a deaf agent lives until it is killed");
    await stopped;
    assert.equal(isAlive(agent.pid), false);
  });

  test("ends a paused service in time", async (t) => {
    const { supervisor, dir } = bench(t);
    const { pid } = await supervisor.start(fixtureSpec("a", dir));
    process.kill(pid, "SIGSTOP");
    const startedAt = performance.now();
    await supervisor.stop({ supportAfterMs: 5_000, killAfterMs: 10_000 });
    assert.ok(performance.now() - startedAt < 5_000, "it went on and heard SIGTERM");
    assert.equal(isAlive(pid), false);
  });

  test("has a guard that comes back when it is killed", async (t) => {
    const { supervisor, dir, guardPid } = bench(t);
    await supervisor.start(fixtureSpec("a", dir));
    process.kill(guardPid, "SIGKILL");
    await waitUntil("the guard is gone", () => !isAlive(guardPid));
    const { pid } = await supervisor.start(fixtureSpec("b", dir));
    assert.equal(isAlive(pid), true);
  });
});

describe("after the supervisor's own end", () => {
  const ways: [string, NodeJS.Signals, string[]][] = [
    ["SIGTERM", "SIGTERM", ["steady", "deaf"]],
    ["SIGKILL, with services that hear their channel close", "SIGKILL", ["steady", "steady"]],
    ["SIGKILL, with a service that hears nothing", "SIGKILL", ["steady", "deaf"]],
  ];
  for (const [how, signal, behaviours] of ways)
    test(`by ${how}, no process and no private data is left`, async () => {
      const { pid, report } = await startSwarm(behaviours);
      process.kill(pid, signal);
      const all = [...report.pids, report.guardPid];
      await waitUntil("all processes are gone", () => !all.some(isAlive));
      if (signal === "SIGKILL") assert.equal(existsSync(report.dir), false);
      rmSync(report.dir, { recursive: true, force: true });
    });

  test("by SIGKILL, a paused service goes too", async () => {
    const { pid, report } = await startSwarm(["steady", "steady"]);
    process.kill(report.pids[0]!, "SIGSTOP");
    process.kill(pid, "SIGKILL");
    await waitUntil("all processes are gone", () => ![...report.pids, report.guardPid].some(isAlive));
  });
});

interface SwarmReport {
  readonly dir: string;
  readonly pids: number[];
  readonly guardPid: number;
}

async function startSwarm(behaviours: string[]): Promise<{ pid: number; report: SwarmReport }> {
  const script = fileURLToPath(new URL("./fixtures/swarm.ts", import.meta.url));
  const child = spawn(process.execPath, [script, ...behaviours], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { pid: child.pid!, report: JSON.parse(line) as SwarmReport };
}
