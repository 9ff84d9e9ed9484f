/** docker-compose.yml by its text, where no engine runs: what each service may do, and whether it takes its settings. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { loadConfig } from "@entrain/config";
import { storeUser } from "@entrain/redis";
import { composeServices as services, ourServices as ours } from "./compose-services.ts";

test("every service is without capabilities and a way to write, and within limits", () => {
  for (const [name, service] of Object.entries(services)) {
    assert.equal(service.read_only, true, name);
    assert.deepEqual(service.cap_drop, ["ALL"], name);
    assert.deepEqual(service.security_opt, ["no-new-privileges:true"], name);
    assert.equal(service.privileged, undefined, name);
    assert.deepEqual(Object.keys(service.deploy?.resources.limits ?? {}).sort(), ["cpus", "memory", "pids"], name);
  }
});

test("what is published is published on 127.0.0.1, by nobody but the console and the observers", () => {
  const publishing = Object.entries(services).filter(([, { ports }]) => ports !== undefined);
  assert.deepEqual(publishing.map(([name]) => name).sort(), ["console", "grafana", "prometheus"]);
  for (const [name, { ports = [] }] of publishing) for (const port of ports) assert.match(port, /^127\.0\.0\.1:/, name);
});

test("each service sees its own certificate and password alone, and cannot change them", () => {
  for (const name of ours) {
    const volumes = services[name]?.volumes ?? [];
    assert.deepEqual(volumes, [`tls-${name}:/run/entrain/tls:ro`, "sentinel-password:/run/entrain/sentinel:ro"]);
  }
});

test("a service starts when what it needs is healthy", () => {
  for (const name of ours)
    for (const { condition } of Object.values(services[name]?.depends_on ?? assert.fail(name)))
      assert.equal(condition, "service_healthy", name);
  assert.deepEqual(services["redis"]?.depends_on, { certs: { condition: "service_completed_successfully" } });
});

test("every service takes its settings", () => {
  const tmp = mkdtempSync(path.join(tmpdir(), "entrain-compose-"));
  try {
    const secret = path.join(tmp, "password");
    writeFileSync(secret, "secret");
    for (const name of ours) {
      const environment = services[name]?.environment ?? assert.fail(name);
      const config = loadConfig(name, {
        ...environment,
        ENTRAIN_REDIS_PASSWORD_FILE: secret,
        ENTRAIN_REDIS_SENTINEL_PASSWORD_FILE: secret,
      });
      assert.equal(config.redisUsername, storeUser(name, "any").name);
      assert.deepEqual([config.tlsDir, config.insecure, config.opsPort], ["/run/entrain/tls", false, 9_464], name);
    }
  } finally {
    rmSync(tmp, { recursive: true });
  }
});
