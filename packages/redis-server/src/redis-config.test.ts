import assert from "node:assert/strict";
import { test } from "node:test";
import { redisConfig } from "./redis-config.ts";

const base = { bind: "127.0.0.1", port: 21_000, dir: "/tmp/a b" };

test("everything is kept and nothing is evicted by default", () => {
  const lines = redisConfig(base).trim().split("\n");
  for (const line of [
    "appendonly yes",
    "appendfsync everysec",
    "maxmemory-policy noeviction",
    'save ""',
    "bind 127.0.0.1",
  ]) {
    assert.ok(lines.includes(line), line);
  }
  assert.ok(lines.includes('dir "/tmp/a b"'));
});

test("the caller's directives replace ours", () => {
  const text = redisConfig({
    ...base,
    config: { appendfsync: "always", save: "3600 1", "notify-keyspace-events": "" },
  });
  assert.match(text, /^appendfsync always$/m);
  assert.doesNotMatch(text, /everysec/);
  assert.match(text, /^notify-keyspace-events ""$/m);
});

test("nothing breaks out of its line", () => {
  assert.match(redisConfig({ ...base, password: 'a"b\\c' }), /^requirepass "a\\"b\\\\c"$/m);
  assert.throws(() => redisConfig({ ...base, password: "a\nb" }), { code: "start-failed" });
  assert.throws(() => redisConfig({ ...base, config: { maxmemory: "1\nport 1" } }), { code: "start-failed" });
  assert.throws(() => redisConfig({ ...base, config: { "a b": "1" } }), { code: "start-failed" });
});
