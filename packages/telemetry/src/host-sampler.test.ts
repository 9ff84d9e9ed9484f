import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as elapse } from "node:timers/promises";
import type { Reading } from "@entrain/core/decision";
import { createHostSampler, hostSubject, type HostSamplerOptions } from "./host-sampler.ts";

function sampler(t: TestContext, options: HostSamplerOptions = {}) {
  const made = createHostSampler(options);
  t.after(() => {
    made.close();
  });
  return made;
}

/** Samples until `field` is there. */
async function sampleWith(field: string, sample: () => Promise<Reading>): Promise<number> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const value = (await sample())[field];
    if (typeof value === "number") return value;
    assert.ok(performance.now() < deadline, `${field} never came`);
    await elapse(20);
  }
}

function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test("a reading of the own host: shares within 0..1 and a subject", async (t) => {
  const source = sampler(t);
  await sampleWith("cpu", () => source.sample());
  const reading = await source.sample();
  for (const name of ["cpu", "memory", "disk"] as const) {
    const value = reading[name];
    assert.ok(typeof value === "number" && value >= 0 && value <= 1, `${name}: ${String(value)}`);
  }
  assert.ok(Number(reading["memory"]) > 0 && Number(reading["disk"]) > 0);
  assert.ok(Number(reading["loadPerCore"]) >= 0);
  assert.match(String(reading["subject"]), /^host:/);
});

test("a blocked event loop shows as delay, also right after a sample; an idle one does not", async (t) => {
  const source = sampler(t);
  await sampleWith("loopDelayMs", () => source.sample());
  block(600);
  await elapse(30);
  const blocked = await sampleWith("loopDelayMs", () => source.sample());
  assert.ok(blocked > 500 && blocked < 5_000, `blocked: ${blocked}`);
  await elapse(300);
  const idle = await sampleWith("loopDelayMs", () => source.sample());
  assert.ok(idle < 300, `idle: ${idle}`);
});

test("busy cores raise the share", async (t) => {
  const source = sampler(t);
  await source.sample();
  const until = performance.now() + 400;
  while (performance.now() < until);
  const cpu = await sampleWith("cpu", () => source.sample());
  assert.ok(cpu > 0.5 / cpus().length, `cpu: ${cpu}`);
});

test("under limits the shares are of what the process may use", async (t) => {
  const root = await mkdtemp(join(tmpdir(), "entrain-host-"));
  t.after(() => rm(root, { recursive: true }));
  await mkdir(join(root, "self"));
  const write = (name: string, text: string) => writeFile(join(root, name), text);
  await write("self/cgroup", "0::/\n");
  await write("cpu.max", "50000 100000\n");
  await write("cpu.stat", "usage_usec 1000000\n");
  await write("memory.max", "1000000\n");
  await write("memory.current", "250000\n");
  let atMs = 0;
  const source = sampler(t, { nowMs: () => atMs, folders: { proc: root, cgroup: root } });
  atMs = 1_000;
  const first = await source.sample();
  assert.equal(first["cpu"], undefined, "one look at a counter says nothing");
  assert.equal(first["memory"], 0.25);
  await write("cpu.stat", "usage_usec 1375000\n");
  atMs = 2_000;
  assert.equal((await source.sample())["cpu"], 0.75, "0.375 s of the 0.5 s that it may use");
  await write("cpu.stat", "usage_usec 9000000\n");
  atMs = 3_000;
  assert.equal((await source.sample())["cpu"], 1, "a burst is not more than all");
});

test("without limits memory is what the kernel could not give out", async (t) => {
  const root = await mkdtemp(join(tmpdir(), "entrain-host-"));
  t.after(() => rm(root, { recursive: true }));
  await writeFile(join(root, "meminfo"), "MemTotal:  1000 kB\nMemFree:  100 kB\nMemAvailable:    400 kB\n");
  const source = sampler(t, { folders: { proc: root, cgroup: root } });
  assert.equal((await source.sample())["memory"], 0.6);
});

test("a filesystem that cannot be asked is left out, not guessed", async (t) => {
  const reading = await sampler(t, { diskPath: "/does/not/exist" }).sample();
  assert.equal(reading["disk"], undefined);
  assert.ok("memory" in reading);
});

test("any host name makes a valid subject", async (t) => {
  assert.equal(hostSubject("web-1.example.com"), "host:web-1.example.com");
  assert.equal(hostSubject("büro rechner"), "host:b-ro-rechner");
  assert.equal(hostSubject(""), "host:unknown");
  assert.equal(hostSubject("x".repeat(300)).length, 125);
  const reading = await sampler(t, { hostname: "a/b\n" }).sample();
  assert.equal(reading["subject"], "host:a-b-");
});
