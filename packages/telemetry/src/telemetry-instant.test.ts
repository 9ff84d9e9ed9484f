import assert from "node:assert/strict";
import { test } from "node:test";
import { parseInstantMs } from "./telemetry-instant.ts";

const noon = Date.UTC(2026, 0, 31, 12);

test("Unix ms, Unix s and ISO 8601 name the same instant", () => {
  for (const value of [
    noon,
    String(noon),
    noon / 1_000,
    `${noon / 1_000}.000`,
    "2026-01-31T12:00:00Z",
    "2026-01-31T12:00Z",
    "2026-01-31 12:00:00.000",
    "2026-01-31T13:00:00+01:00",
    "2026-01-31T13:00:00+0100",
  ])
    assert.equal(parseInstantMs("ts", value), noon, String(value));
});

test("small numbers are seconds since the start of a recording", () => {
  assert.equal(parseInstantMs("ts", 0), 0);
  assert.equal(parseInstantMs("ts", "1.5"), 1_500);
});

test("what is no instant is refused by its name", () => {
  for (const value of ["", "yesterday", "12:00", "2026-13-01T00:00:00Z", -5, Number.NaN, null, true, "1e999"])
    assert.throws(() => parseInstantMs("ts", value), { code: "invalid-argument", field: "ts" }, String(value));
});
