import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { startSwarm } from "./swarm-under-test.ts";
import { until } from "./until.ts";

const main = path.join(import.meta.dirname, "..", "..", "services", "cli", "src", "main.ts");

describe("recorded telemetry", () => {
  const dir = mkdtempSync(path.join(tmpdir(), "entrain-replay-"));
  after(() => rmSync(dir, { recursive: true }));
  const file = path.join(dir, "recorded.csv");
  writeFileSync(file, "subject,temperature\nrack-1,20\nrack-1,85\nrack-2,72\nrack-2,not-a-number-\nrack-1,20\n");

  test("is fed to every agent of a new swarm, which decides as one", async () => {
    await using swarm = await startSwarm({ flags: ["--agents", "2", "--replay", file, "--replay-speed", "0"] });
    const hot = await until("both agents acted on the hot rack", async () => {
      const decisions = await swarm.api.decisions(100);
      return decisions.find(
        ({ action, incidentId, acts }) => action === "cool_down" && incidentId.includes("rack-1") && acts.length === 2,
      );
    });
    assert.deepEqual([...new Set(hot.acts.map(({ action }) => action))], ["cool_down"]);
    assert.equal((await swarm.api.swarm()).decisions.divergence, 0);
  });

  test("is given to a running swarm by entrain replay, which tells what was decided", async () => {
    await using swarm = await startSwarm({ flags: ["--agents", "2"] });
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [main, "replay", file, "--speed", "0", "--url", swarm.url],
      { encoding: "utf8", timeout: 30_000 },
    );
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^\d readings, 0 of them with divergent acts/);
    assert.match(stdout, /\n {2}cool_down +1\n/);
    const told = spawnSync(process.execPath, [main, "status", "--url", swarm.url], { encoding: "utf8" });
    assert.match(told.stdout, /agents +2 alive/);
    const decisions = spawnSync(process.execPath, [main, "decisions", "--url", swarm.url, "--limit", "5"], {
      encoding: "utf8",
    });
    assert.match(decisions.stdout, /cool_down/);
  });
});
