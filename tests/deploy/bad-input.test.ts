/**
 * Each service with the environment that docker-compose.yml gives it, and one thing wrong: it says which in one line, without
 * a stack trace, and ends with 78, so that a container that is started again and again fills no log.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { runCommand } from "../integration/run-command.ts";
import { startService } from "../integration/service-process.ts";
import { composeServices, ourServices, type OurService } from "./compose-services.ts";

const root = path.join(import.meta.dirname, "../..");
const swarm = "compose";
let folder: string;

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "entrain-bad-input-"));
  const cli = path.join(root, "services/cli/src/main.ts");
  for (const command of ["certs", "acl"]) {
    const { code, stderr } = await runCommand(process.execPath, [cli, command, folder, "--swarm", swarm], {
      cwd: root,
      limitMs: 20_000,
    });
    assert.equal(code, 0, stderr);
  }
});
after(() => rmSync(folder, { recursive: true }));

/** As compose gives it, with the secrets where they are here, on addresses that this host has. */
function environmentOf(service: OurService): Record<string, string> {
  const { environment = {} } = composeServices[service] ?? {};
  return {
    ...environment,
    ENTRAIN_TLS_DIR: path.join(folder, service),
    ENTRAIN_REDIS_PASSWORD_FILE: path.join(folder, service, "redis-password"),
    ENTRAIN_REDIS_SENTINEL_PASSWORD_FILE: path.join(folder, service, "redis-password"),
    ENTRAIN_REDIS_URL: "redis://127.0.0.1:1",
    ...Object.fromEntries(
      Object.keys(environment)
        .filter((name) => /_(GRPC|OPS|HTTP)_PORT$/.test(name))
        .map((name) => [name, "0"]),
    ),
  };
}

/** What may be wrong, and what is said of it. */
const faults: readonly (readonly [
  name: string,
  spoil: (env: Record<string, string>, service: OurService) => Record<string, string>,
  said: RegExp,
])[] = [
  [
    "a missing secret",
    (env) => ({ ...env, ENTRAIN_REDIS_PASSWORD_FILE: "/run/entrain/not-there" }),
    /ENTRAIN_REDIS_PASSWORD_FILE is "\/run\/entrain\/not-there": it cannot be read \(ENOENT/,
  ],
  [
    "an unknown setting",
    (env) => ({ ...env, ENTRAIN_PEROID: "1s" }),
    /ENTRAIN_PEROID is no variable of Entrain: did you mean ENTRAIN_PERIOD\?$/,
  ],
  [
    "no certificates",
    (env) => ({ ...env, ENTRAIN_TLS_DIR: path.join(folder, "nowhere") }),
    /ENTRAIN_TLS_DIR is ".*nowhere": .*tls\.(key|crt) cannot be read/,
  ],
  [
    "another role's certificate",
    (env, service) => ({ ...env, ENTRAIN_TLS_DIR: path.join(folder, service === "agent" ? "console" : "agent") }),
    /ENTRAIN_TLS_DIR is ".*": /,
  ],
];

describe("a service that cannot run as it is told", { concurrency: 2 }, () => {
  for (const service of ourServices)
    for (const [name, spoil, said] of faults)
      test(`${service} with ${name} says so in one line and ends with 78`, async () => {
        await using process = startService(service, spoil(environmentOf(service), service));
        assert.equal(await process.ended, 78);
        const [line = "", ...more] = process.sentences();
        assert.deepEqual(more, [], "one line");
        assert.ok(line.startsWith(`entrain ${service}: `), line);
        assert.match(line, said);
        const log = JSON.stringify(process.log());
        assert.doesNotMatch(log, /\\n +at /, "no stack trace");
        assert.ok(!log.includes(readFileSync(path.join(folder, service, "redis-password"), "utf8")), "no secret");
      });
});
