import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkIncidentId, incidentIdOf, loneIncidentId } from "./incident.ts";

const part = fc.string({ unit: "binary", minLength: 1, maxLength: 40 }).filter((text) => text.isWellFormed());
const fingerprints = fc.record({ kind: part, subject: part, band: part });

test("two occurrences have one id only if kind, subject, band and ordinal are the same", () => {
  fc.assert(
    fc.property(fingerprints, fingerprints, fc.nat(), fc.nat(), (a, b, ordinalA, ordinalB) => {
      const same = JSON.stringify([a, ordinalA]) === JSON.stringify([b, ordinalB]);
      assert.equal(incidentIdOf(a, ordinalA) === incidentIdOf(b, ordinalB), same);
    }),
  );
});

test("parts that contain the separator do not run into each other", () => {
  const one = incidentIdOf({ kind: "a/b", subject: "c", band: "d" }, 1);
  const other = incidentIdOf({ kind: "a", subject: "b/c", band: "d" }, 1);
  assert.notEqual(one, other);
});

test("an id that the house makes is an id that it takes", () => {
  const fingerprint = { kind: "weak-signal", subject: "rack:7", band: "critical" };
  for (const id of [incidentIdOf(fingerprint, 3), loneIncidentId(fingerprint, "d-1")])
    assert.equal(checkIncidentId("incident", id), id);
});

test("the longest names make an id that is taken", () => {
  const fingerprint = { kind: "k".repeat(63), subject: `s${":".repeat(127)}`, band: "b".repeat(63) };
  const id = loneIncidentId(fingerprint, "d-00000000-0000-0000-0000-000000000000");
  assert.equal(checkIncidentId("incident", id), id);
});

test("an empty, spaced, huge or unprintable id is refused", () => {
  for (const id of ["", "two words", "x".repeat(513), "nul\u0000", "tür"])
    assert.throws(() => checkIncidentId("incident", id), { code: "invalid-argument", field: "incident" });
});
