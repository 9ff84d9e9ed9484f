/** What Prometheus and Grafana are given: rules that fire, and no name of a metric that nobody feeds. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { Registry } from "prom-client";
import { stringify } from "yaml";
import { createMetrics } from "@entrain/telemetry";

const folder = path.join(import.meta.dirname, "../../deploy");
const read = (file: string) => readFileSync(path.join(folder, file), "utf8");

interface Dashboard {
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

const dashboard = JSON.parse(read("grafana/dashboards/swarm.json")) as Dashboard;

/** False, and the test is skipped, where promtool is not installed. */
function promtool(t: TestContext, ...args: string[]): boolean {
  const { error, status, stdout, stderr } = spawnSync("promtool", args, { encoding: "utf8" });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") {
    t.skip("promtool is not installed");
    return false;
  }
  assert.equal(status, 0, `promtool ${args.join(" ")}: ${stdout}${stderr}`);
  return true;
}

test("Prometheus's configuration and rules are right", (t) => {
  if (promtool(t, "check", "config", path.join(folder, "prometheus/prometheus.yml")))
    promtool(t, "check", "rules", path.join(folder, "prometheus/alerts.yml"));
});

test("each alert fires with its fault, and not without", (t) => {
  promtool(t, "test", "rules", path.join(folder, "prometheus/alerts.test.yml"));
  const alerts = [...read("prometheus/alerts.yml").matchAll(/alert: (\w+)/g)].map(([, name]) => name);
  const tested = read("prometheus/alerts.test.yml");
  for (const name of alerts) assert.match(tested, new RegExp(`alertname: ${name}\\n +eval_time`), `${name} fires`);
});

test("alerts and panels name metrics that exist", () => {
  const registry = new Registry();
  createMetrics(registry);
  const known = new Set(registry.getMetricsAsArray().map(({ name }) => name));
  const used = (read("prometheus/alerts.yml") + read("grafana/dashboards/swarm.json")).matchAll(/\bentrain_[a-z_]+/g);
  for (const [name] of used) assert.ok(known.has(name.replace(/_bucket$/, "")), name);
});

test("the panels' queries are PromQL", (t) => {
  const exprs = [
    ...dashboard.annotations.list.map(({ expr }) => expr),
    ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ];
  assert.ok(exprs.length > dashboard.panels.length);
  const tmp = mkdtempSync(path.join(tmpdir(), "entrain-panels-"));
  try {
    const rules = exprs.map((expr, index) => ({ record: `panel:${index}`, expr }));
    writeFileSync(path.join(tmp, "panels.yml"), stringify({ groups: [{ name: "panels", rules }] }));
    promtool(t, "check", "rules", path.join(tmp, "panels.yml"));
  } finally {
    rmSync(tmp, { recursive: true });
  }
});
