import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EntrainError } from "@entrain/kernel";
import { normalFingerprint } from "./incident.ts";
import { checkNumbers, checkReading } from "./reading.ts";

test("a flat map of numbers, texts and flags is a reading", () => {
  const reading = { temperature: 85, subject: "rack-7", doorOpen: false };
  assert.deepEqual(checkReading(reading), reading);
});

test("what is no reading is refused by the name of its field", () => {
  const cases: [string, unknown][] = [
    ["telemetry", null],
    ["telemetry", [1]],
    ["telemetry", {}],
    ["telemetry", Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`v${index}`, index]))],
    ["telemetry.temperature", { temperature: NaN }],
    ["telemetry.temperature", { temperature: { celsius: 85 } }],
    ["telemetry.note", { note: "x".repeat(257) }],
    ["telemetry.Temperature", { Temperature: 85 }],
    ["telemetry.__proto__", JSON.parse('{"__proto__": 1}')],
    ["telemetry.subject", { subject: 7 }],
    ["telemetry.subject", { subject: "a b" }],
  ];
  for (const [field, candidate] of cases)
    assert.throws(
      () => checkReading(candidate),
      (error) => error instanceof EntrainError && error.field === field,
      field,
    );
});

test("whatever comes in, the answer is an equal reading or an error that names a field", () => {
  const value = fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.anything());
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.dictionary(fc.string(), value)), (given) => {
      try {
        assert.deepEqual(Object.entries(checkReading(given)), Object.entries(given as object));
      } catch (error) {
        assert.ok(error instanceof EntrainError);
        assert.match(error.field ?? "", /^telemetry/);
      }
    }),
  );
});

test("a reading without a subject is about the swarm", () => {
  assert.deepEqual(normalFingerprint({ x: 1 }), { kind: "normal", subject: "swarm", band: "none" });
  assert.equal(normalFingerprint({ x: 1, subject: "rack-7" }).subject, "rack-7");
});

test("a field that the rules take for a number holds one, and the refusal names field, value and remedy", () => {
  const reading = { temperature: 95, mode: "fast" };
  assert.deepEqual(checkNumbers(reading, new Set(["temperature", "power"])), reading);
  for (const temperature of ["95", true])
    assert.throws(() => checkNumbers({ temperature }, new Set(["temperature"])), {
      code: "invalid-argument",
      field: "telemetry.temperature",
      message: /95|true.*without quotes/,
    });
});
