import assert from "node:assert/strict";
import { test } from "node:test";
import { namedGoals } from "@entrain/core/rhythm";
import { loadConfig, type Environment } from "./load-config.ts";
import { fileWith, problem, problems } from "./testing.ts";
import { variables } from "./variables.ts";

test("an empty environment is a total config of defaults", () => {
  const config = loadConfig("agent", {});
  assert.deepEqual(config, {
    swarmId: "default",
    agentId: undefined,
    agentsPerProcess: 1,
    redisUrl: "redis://127.0.0.1:6379",
    redisUsername: undefined,
    redisPassword: undefined,
    redisSentinels: [],
    redisSentinelGroup: "mymaster",
    redisSentinelUsername: undefined,
    redisSentinelPassword: undefined,
    redisCluster: [],
    redisCa: undefined,
    redisCert: undefined,
    redisKey: undefined,
    requireStore: false,
    storeTimeoutMs: 400,
    grpcHost: "127.0.0.1",
    grpcPort: 0,
    advertise: undefined,
    insecure: false,
    tlsDir: undefined,
    tlsReloadMs: 10_000,
    opsHost: "127.0.0.1",
    opsPort: 0,
    periodMs: 1_000,
    plaintext: [],
    goalKind: "sync",
    chatUrl: undefined,
    chatModel: undefined,
    chatApiKey: undefined,
    actionUrl: undefined,
    decisionLoop: undefined,
    heartbeatMs: 500,
    deadAfterMs: 3_000,
    leaseMs: 2_000,
    leaseRenewMs: 500,
    leaseMarginMs: 300,
    priority: 50,
    votersMin: 2,
    evictAfterMs: 60_000,
    telemetry: { kind: "host" },
    telemetryEveryMs: 1_000,
    telemetrySpeed: 1,
    logLevel: "info",
    spin: "auto",
    duplicateId: "take-over",
    startTimeoutMs: 10_000,
    drainMs: 5_000,
    commands: [],
    controlFd: undefined,
    fetchHosts: [],
    given: [],
  });
});

test("a config is frozen to its depth, and a service sees its own values alone", () => {
  const config = loadConfig("console", { ENTRAIN_HTTP_PORT: "0", ENTRAIN_AGENTS_PER_PROCESS: "7" });
  assert.ok(Object.isFrozen(config) && Object.isFrozen(config.given));
  assert.ok(Object.isFrozen(loadConfig("agent", {}).telemetry));
  assert.equal(config.httpPort, 0);
  assert.ok(!("agentsPerProcess" in config));
  assert.deepEqual(config.given, ["ENTRAIN_AGENTS_PER_PROCESS", "ENTRAIN_HTTP_PORT"]);
});

test("every kind of value is read as it is written", () => {
  const config = loadConfig("agent", {
    ENTRAIN_SWARM: " orders ",
    ENTRAIN_PERIOD: "200ms",
    ENTRAIN_INSECURE: "yes",
    ENTRAIN_GRPC_HOST: "0.0.0.0",
    ENTRAIN_GRPC_PORT: "50051",
    ENTRAIN_ADVERTISE: "[fd00::7]:50051",
    ENTRAIN_DECISION_LOOP: "loop.example.com:50052",
    ENTRAIN_REDIS_URL: "rediss://user:p%40ss@db.example.com:6380/2",
    ENTRAIN_TELEMETRY: "file:/data/a b.csv",
    ENTRAIN_TELEMETRY_SPEED: "0",
    ENTRAIN_LOG_LEVEL: "debug",
    ENTRAIN_SPIN: "off",
    ENTRAIN_CONTROL_FD: "3",
    ENTRAIN_DRAIN: "1.5s",
    ENTRAIN_REDIS_PASSWORD: " spaces are meant ",
  });
  assert.equal(config.swarmId, "orders");
  assert.equal(config.periodMs, 200);
  assert.equal(config.insecure, true);
  assert.equal(config.advertise, "[fd00::7]:50051");
  assert.equal(config.decisionLoop, "loop.example.com:50052");
  assert.deepEqual(config.telemetry, { kind: "file", path: "/data/a b.csv" });
  assert.equal(config.telemetrySpeed, 0);
  assert.equal(config.controlFd, 3);
  assert.equal(config.drainMs, 1_500);
  assert.equal(config.redisPassword, " spaces are meant ");
});

test("a variable that is set to nothing counts as not set", () => {
  assert.deepEqual(loadConfig("agent", { ENTRAIN_DECISION_LOOP: "", ENTRAIN_SWARM: "  " }), loadConfig("agent", {}));
});

test("a wrong value is one line with name, value and remedy", () => {
  const lineOf: readonly (readonly [Environment, string])[] = [
    [{ ENTRAIN_PERIOD: "10ms" }, 'ENTRAIN_PERIOD is "10ms": choose from 20ms to 1d'],
    [{ ENTRAIN_PERIOD: "200" }, 'ENTRAIN_PERIOD is "200": write a number and a unit: 200ms, 2s, 5m, 1h or 1d'],
    [{ ENTRAIN_AGENTS_PER_PROCESS: "0" }, 'ENTRAIN_AGENTS_PER_PROCESS is "0": choose a whole number from 1 to 1000'],
    [{ ENTRAIN_GRPC_PORT: "80a" }, 'ENTRAIN_GRPC_PORT is "80a": choose a whole number from 0 to 65535'],
    [{ ENTRAIN_INSECURE: "maybe" }, 'ENTRAIN_INSECURE is "maybe": write true or false'],
    [
      { ENTRAIN_GOAL: "dance" },
      `ENTRAIN_GOAL is "dance": choose one of sync, spread, cluster, coherence, ${Object.keys(namedGoals).join(", ")}`,
    ],
    [{ ENTRAIN_SPIN: "ON" }, 'ENTRAIN_SPIN is "ON": choose one of auto, on, off'],
    [{ ENTRAIN_TELEMETRY: "file:" }, 'ENTRAIN_TELEMETRY is "file:": choose host, none or file:PATH'],
    [{ ENTRAIN_TELEMETRY_SPEED: "-1" }, 'ENTRAIN_TELEMETRY_SPEED is "-1": choose 0 or a number from 0.01 to 1000000'],
  ];
  for (const [env, line] of lineOf) assert.equal(problem(env), line);
  assert.match(problem({ ENTRAIN_SWARM: "two words" }), /^ENTRAIN_SWARM is "two words": use 1 to 63 letters/);
  assert.match(problem({ ENTRAIN_GRPC_HOST: "127.0.0.1:80" }), /without port and brackets$/);
  for (const address of ["loop", "loop:0", "loop:70000", "fd00::7:50051", "[loop]:5", ":5", "http://a:5"])
    assert.match(problem({ ENTRAIN_DECISION_LOOP: address }), /give host:port, such as/, address);
});

test("all problems are told at once", () => {
  const lines = problems({
    ENTRAIN_PERIOD: "soon",
    ENTRAIN_PEROID: "1s",
    ENTRAIN_LEASE: "1s",
    ENTRAIN_GRPC_HOST: "0.0.0.0",
    ENTRAIN_HEARTBEAT: "2s",
    ENTRAIN_REDIS_PASSWORD_FILE: "/does/not/exist",
  });
  assert.deepEqual(
    lines.map((line) => line.split(" ")[0]),
    [
      "ENTRAIN_PEROID",
      "ENTRAIN_REDIS_PASSWORD_FILE",
      "ENTRAIN_PERIOD",
      "ENTRAIN_GRPC_HOST",
      "ENTRAIN_DEAD_AFTER",
      "ENTRAIN_LEASE_RENEW",
    ],
  );
});

test("timings that do not fit together are told in the environment's words", () => {
  assert.equal(
    problem({ ENTRAIN_LEASE: "1200ms" }),
    "ENTRAIN_LEASE_RENEW (500ms) + ENTRAIN_STORE_TIMEOUT (400ms) + ENTRAIN_LEASE_MARGIN (300ms) must be less than " +
      "ENTRAIN_LEASE (1.2s): one slow renewal must not cost the lease",
  );
  assert.equal(
    problem({ ENTRAIN_DEAD_AFTER: "1s" }),
    "ENTRAIN_DEAD_AFTER (1s) must be at least 3 × ENTRAIN_HEARTBEAT (500ms): one lost heartbeat must not kill a member",
  );
});

test("with certificates gRPC may be reached by others; the plain ports must be named, and TLS and insecure contradict", () => {
  const tls = { ENTRAIN_TLS_DIR: "/certs", ENTRAIN_GRPC_HOST: "0.0.0.0" };
  assert.deepEqual(problems(tls), []);
  assert.match(problem({ ...tls, ENTRAIN_OPS_HOST: "::" }), /^ENTRAIN_OPS_HOST is "::".*ENTRAIN_PLAINTEXT=ops/);
  const ports = { ENTRAIN_OPS_HOST: "::", ENTRAIN_HTTP_HOST: "::", ENTRAIN_HTTP_ANONYMOUS: "viewer" };
  assert.deepEqual(problems({ ...tls, ...ports, ENTRAIN_PLAINTEXT: "ops, http" }), []);
  assert.match(problem({ ...tls, ...ports, ENTRAIN_PLAINTEXT: "ops" }), /^ENTRAIN_HTTP_HOST/);
  assert.match(problem({ ...tls, ENTRAIN_INSECURE: "true" }), /^ENTRAIN_INSECURE is true while ENTRAIN_TLS_DIR/);
  assert.match(problem({ ENTRAIN_PLAINTEXT: "grpc" }), /choose among ops, http, separated by commas, or none$/);
});

test("plain text beyond loopback must be permitted in so many words", () => {
  for (const name of ["ENTRAIN_GRPC_HOST", "ENTRAIN_OPS_HOST", "ENTRAIN_HTTP_HOST"]) {
    assert.match(
      problem({ [name]: "::", ENTRAIN_HTTP_ANONYMOUS: "none" }),
      new RegExp(`^${name} is "::", which others can reach: .*ENTRAIN_INSECURE=true$`),
    );
    assert.deepEqual(problems({ [name]: "::", ENTRAIN_INSECURE: "true" }), []);
    for (const loopback of ["localhost", "127.0.0.2", "::1"]) assert.deepEqual(problems({ [name]: loopback }), []);
  }
});

test("an unknown name is an error that guesses what was meant", () => {
  assert.match(problem({ ENTRAIN_PEROID: "1s" }), /did you mean ENTRAIN_PERIOD\?$/);
  assert.match(problem({ ENTRAIN_REDIS: "x" }), /did you mean ENTRAIN_REDIS_URL\?$/);
  assert.match(problem({ ENTRAIN_REDIS_PASSWORD_FIEL: "x" }), /did you mean ENTRAIN_REDIS_PASSWORD_FILE\?$/);
  assert.match(problem({ ENTRAIN_SWARM_FILE: "x" }), /did you mean ENTRAIN_SWARM\?$/, "no secret, no file");
  assert.match(problem({ ENTRAIN_COLOUR_OF_THE_SKY: "x" }), /docs\/configuration\.md lists them$/);
  assert.match(problem({ ENTRAIN_OSP_PORT: "9100" }), /did you mean ENTRAIN_OPS_PORT\?$/);
  assert.deepEqual(problems({ PATH: "/bin", ENTRAINMENT: "x", entrain_x: "x" }), [], "others are none of our business");
});

test("what Kubernetes injects for services is passed over, also under the name of a variable", () => {
  const env = {
    ENTRAIN_SERVICE_HOST: "10.0.0.1",
    ENTRAIN_CONSOLE_SERVICE_HOST: "10.0.0.1",
    ENTRAIN_CONSOLE_SERVICE_PORT: "8080",
    ENTRAIN_CONSOLE_SERVICE_PORT_HTTP: "8080",
    ENTRAIN_PORT: "tcp://10.0.0.1:8080",
    ENTRAIN_CONSOLE_PORT: "tcp://10.0.0.1:8080",
    ENTRAIN_CONSOLE_PORT_8080_TCP: "tcp://10.0.0.1:8080",
    ENTRAIN_CONSOLE_PORT_8080_TCP_ADDR: "10.0.0.1",
    ENTRAIN_CONSOLE_PORT_8080_TCP_PORT: "8080",
    ENTRAIN_CONSOLE_PORT_8080_TCP_PROTO: "tcp",
    ENTRAIN_GRPC_PORT: "tcp://10.0.0.1:50051",
  };
  assert.deepEqual(loadConfig("agent", env), loadConfig("agent", {}));
});

test("a secret can come from a file, one line break at its end left out", (t) => {
  const path = fileWith(t, " s3cret \n");
  assert.equal(loadConfig("agent", { ENTRAIN_REDIS_PASSWORD_FILE: path }).redisPassword, " s3cret ");
  const url = fileWith(t, "redis://:s3cret@db:6379\n");
  assert.equal(loadConfig("agent", { ENTRAIN_REDIS_URL_FILE: url }).redisUrl, "redis://:s3cret@db:6379");
  assert.match(problem({ ENTRAIN_REDIS_PASSWORD: "a", ENTRAIN_REDIS_PASSWORD_FILE: path }), /both set: remove one$/);
  assert.match(problem({ ENTRAIN_REDIS_PASSWORD_FILE: fileWith(t, "\n") }), /the file is empty/);
  assert.match(problem({ ENTRAIN_REDIS_PASSWORD_FILE: "/does/not/exist" }), /ENOENT.*name a readable file$/);
});

test("a chat endpoint and its model go together", () => {
  const [url, model] = [{ ENTRAIN_CHAT_URL: "https://models.example/v1" }, { ENTRAIN_CHAT_MODEL: "org/model:8b" }];
  assert.deepEqual(problems({ ...url, ...model }), []);
  assert.match(problem(url), /^ENTRAIN_CHAT_URL is of no use alone: set ENTRAIN_CHAT_MODEL too$/);
  assert.match(problem(model), /^ENTRAIN_CHAT_MODEL is of no use alone: set ENTRAIN_CHAT_URL too$/);
  assert.match(problem({ ...model, ENTRAIN_CHAT_URL: "ftp://models" }), /give http:\/\/host/);
});

test("no error shows a secret", () => {
  for (const url of ["http://:s3cret@db", "s3cret", "redis://:s3cret@db/notanumber", "redis://:s3cret@"])
    assert.doesNotMatch(problem({ ENTRAIN_REDIS_URL: url }), /s3cret/, url);
  assert.doesNotMatch(problem({ ENTRAIN_REDIS_PASSWORD: "s3cret".repeat(1_000) }), /s3cret/);
});

test("every default and every example of the table passes its own check", () => {
  for (const { name, default: written, doc, services } of Object.values(variables)) {
    if (written !== undefined && name !== "ENTRAIN_REDIS_URL")
      assert.deepEqual(problems({ [name]: written }), [], name);
    assert.match(doc, /[.]$/, name);
    assert.ok(services.length > 0 || name === "ENTRAIN_TEST_REDIS", name);
  }
});
