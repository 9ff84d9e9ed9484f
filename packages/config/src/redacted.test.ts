import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "./load-config.ts";
import { redacted } from "./redacted.ts";

test("a redacted config shows the store's host and no secret", () => {
  const config = loadConfig("agent", {
    ENTRAIN_REDIS_URL: "redis://user:s3cret@db:6379/2?password=s3cret",
    ENTRAIN_REDIS_PASSWORD: "x://s3cret",
  });
  const shown = redacted(config);
  assert.doesNotMatch(JSON.stringify(shown), /s3cret/);
  assert.equal(shown["redisUrl"], "redis://***:***@db:6379/2");
  assert.equal(shown["redisPassword"], "***");
  assert.equal(shown["swarmId"], "default");
});

test("what is not set is left out", () => {
  const shown = redacted(loadConfig("agent", {}));
  assert.ok(!("redisPassword" in shown) && !("agentId" in shown));
  assert.equal(shown["redisUrl"], "redis://127.0.0.1:6379");
});
