import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { simulate } from "@entrain/simulator";
import { sim, simFigures, simLines } from "../commands/sim.ts";
import { readSimOptions } from "./sim-options.ts";

const read = (line: string) => readSimOptions(line.split(" ").filter((word) => word !== ""));

test("flags become a spec, and what is left out is the usual", () => {
  const { spec, out, json } = read("");
  assert.deepEqual(
    [spec.agents, spec.goal.kind, spec.goal.periodMs, spec.durationMs, spec.profile],
    [50, "sync", 200, 10_000, "dc"],
  );
  assert.deepEqual([out, json], [undefined, false]);
  const full = read(
    "--agents 20 --goal cluster --groups 3 --period 500ms --untrusted --strategies robust --for 4s --profile wan --loss 0 " +
      "--drift 50 --crash 0.3@2s --join 2@1s --partition 1s-2s --liars 0.2:pull --seed x --out plots --json",
  );
  assert.deepEqual(full.spec.goal, {
    kind: "cluster",
    groups: 3,
    periodMs: 500,
    trust: "untrusted",
    strategies: ["robust"],
  });
  assert.deepEqual(full.spec.changes, [
    { atMs: 2_000, crash: 0.3 },
    { atMs: 1_000, join: 2 },
  ]);
  assert.deepEqual(full.spec.partitions, [{ fromMs: 1_000, toMs: 2_000, share: 0.5 }]);
  assert.deepEqual(full.spec.liars, { share: 0.2, attack: "pull" });
  assert.deepEqual(
    [full.spec.loss, full.spec.driftPpm, full.spec.seed, full.out, full.json],
    [0, 50, "x", "plots", true],
  );
  assert.equal(read("--goal save-energy").spec.goal.coherence, 0.5);
});

test("what cannot be simulated is refused by the name of its flag", () => {
  for (const [line, field] of [
    ["--agents 0", "--agents"],
    ["--goal waltz", "--goal"],
    ["--goal coherence --coherence 1.5", "--coherence"],
    ["--goal spread --agents 1", "--goal"],
    ["--period 1ms", "--period"],
    ["--strategies luck", "--strategies"],
    ["--crash 2", "--crash"],
    ["--crash 2@1s", "--crash"],
    ["--partition 4s", "--partition"],
    ["--liars 0.2", "--liars"],
    ["--liars 0.2:nagging", "--liars"],
    ["--liars 2:split", "--liars"],
    ["--groups 2", "--groups"],
    ["--for 0s", "--for"],
    ["--drift -1", "--drift"],
    ["--loss 2", "--loss"],
    ["--partition 8s-4s", "--partition"],
    ["--partition 4s-4s", "--partition"],
    ["--partition 4s-11s", "--partition"],
    ["--crash 0.3@60s --for 3s", "--crash"],
    ["--join 2@3s --for 3s", "--join"],
    ["--loss much", "--loss"],
    ["--profile moon", "--profile"],
  ] as const)
    assert.throws(
      () => read(line),
      (thrown) => thrown instanceof EntrainError && thrown.field === field && thrown.message.startsWith(field),
      line,
    );
  assert.throws(() => read("--goal waltz"), /coherence, minimise-api-calls, distribute-load,/);
  assert.deepEqual(read("--partition 4s-10s").spec.partitions, [{ fromMs: 4_000, toMs: 10_000, share: 0.5 }]);
});

test("a folder for plots that cannot be made is refused before anything is simulated", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "entrain-sim-"));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "file"), "");
  const world = { env: {}, version: "0.1.0", stdout: process.stdout, stderr: process.stderr };
  const argv = ["--agents", "5", "--out", join(folder, "file")];
  await assert.rejects(async () => sim(argv, world), { code: "invalid-argument", field: "--out" });
});

test("the account tells the figures of a run, and says the same twice", () => {
  const { spec } = read("--agents 8 --for 4s");
  const figures = simFigures(spec, simulate(spec));
  assert.equal(figures.held, true);
  assert.ok((figures.coherence ?? 0) > 0.999);
  assert.deepEqual(simFigures(spec, simulate(spec)), figures);
  assert.ok(simLines(figures).some((line) => /^held +true$/.test(line)));
});
