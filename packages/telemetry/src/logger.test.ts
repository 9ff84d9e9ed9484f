import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { createLogger, type LoggerOptions } from "./logger.ts";

function capture(options: LoggerOptions = {}) {
  const texts: string[] = [];
  return { logger: createLogger({ ...options, destination: { write: (text) => texts.push(text) } }), texts };
}

test("secrets are kept out by the names of fields, also one level down", () => {
  const { logger, texts } = capture();
  logger.info({ password: "s3cret", config: { redisPassword: "s3cret", redisHost: "db" } }, "started");
  assert.doesNotMatch(texts.join(""), /s3cret/);
  assert.match(texts.join(""), /"redisHost":"db"/);
});

test("credentials in a URL are kept out wherever they are: fields, messages, errors", () => {
  const { logger, texts } = capture({ base: { url: "redis://:s3cret@db:6379" } });
  const error = new Error("connect rediss://user:s3cret@db:6379/0 failed");
  logger.warn({ err: error, list: ["redis://u:s3c@ret@db"] }, "cannot reach redis://:s3cret@[::1]:6379");
  const text = texts.join("");
  assert.doesNotMatch(text, /s3c/);
  assert.match(text, /redis:\/\/\*\*\*@db:6379/);
  assert.match(text, /rediss:\/\/\*\*\*@db:6379\/0 failed/);
  assert.doesNotThrow(() => JSON.parse(text));
});

test("a URL without credentials and an address with an @ elsewhere stay as they are", () => {
  const { logger, texts } = capture();
  logger.info({ url: "http://127.0.0.1:8080/a@b" }, "mail someone@example.com");
  assert.match(texts.join(""), /"url":"http:\/\/127\.0\.0\.1:8080\/a@b"/);
  assert.match(texts.join(""), /someone@example\.com/);
});

test("lines go to stderr, none to stdout, and none is lost when the process exits at once", () => {
  const program = `
    import { createLogger } from ${JSON.stringify(new URL("logger.ts", import.meta.url).href)};
    const logger = createLogger({ base: { service: "agent" } });
    for (let n = 0; n < 100; n++) logger.info({ n }, "line");
    process.exit(0);`;
  const child = spawnSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
  assert.equal(child.stdout, "");
  const lines = child.stderr.trim().split("\n");
  assert.equal(lines.length, 100);
  const last = JSON.parse(lines.at(-1)!) as Record<string, unknown>;
  assert.equal(last["n"], 99);
  assert.equal(last["level"], 30);
  assert.equal(last["service"], "agent");
});

test("below its level a logger is silent", () => {
  const { logger, texts } = capture({ level: "warn" });
  logger.info("not this");
  logger.warn("this");
  assert.equal(texts.length, 1);
});
