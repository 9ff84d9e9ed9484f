import assert from "node:assert/strict";
import { test } from "node:test";
import { isSupported, parsePackageVersion, parseServerVersion } from "./redis-version.ts";

test("the version lines of Redis and Valkey are read", () => {
  const cases = [
    [
      "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=ae4d7c971a948f0",
      "redis",
      7,
      0,
      "7.0.15",
    ],
    ["Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64 build=1", "redis", 6, 0, "6.0.16"],
    ["Redis server v=8.0.2 sha=00000000:1 malloc=jemalloc-5.3.0 bits=64 build=2", "redis", 8, 0, "8.0.2"],
    ["Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=3", "valkey", 8, 1, "8.1.1"],
    ["Redis server v=255.255.255 sha=1:0", "redis", 255, 255, "255.255.255"],
  ] as const;
  for (const [line, product, major, minor, text] of cases) {
    assert.deepEqual(parseServerVersion(`${line}\n`), { product, major, minor, text });
  }
});

test("what is no version line is not taken for one", () => {
  for (const text of ["", "redis-cli 7.0.15", "Redis server v=", "sh: not found"]) {
    assert.equal(parseServerVersion(text), undefined);
  }
});

test("package versions are read with and without an epoch", () => {
  assert.equal(parsePackageVersion("redis", "5:7.0.15-1~deb12u5")?.text, "7.0.15-1~deb12u5");
  assert.equal(parsePackageVersion("valkey", "8.1.1+dfsg1-3")?.minor, 1);
  assert.equal(parsePackageVersion("redis", "(none)"), undefined);
});

test("versions before 7 are refused", () => {
  for (const [text, supported] of [
    ["5:6.0.16-1+deb11u2", false],
    ["5:7.0.15-1", true],
    ["8.1.1", true],
  ] as const) {
    const version = parsePackageVersion("redis", text);
    assert.ok(version);
    assert.equal(isSupported(version), supported, text);
  }
});
