import assert from "node:assert/strict";
import { test } from "node:test";
import { createBandTracker } from "./band-tracker.ts";

const at = (band: string, subject = "rack-7", kind = "overheating") => ({ kind, subject, band });
const normal = { kind: "normal", subject: "rack-7", band: "none" };

test("a reading begins something when its subject enters a band, not while it stays there", () => {
  const tracker = createBandTracker();
  assert.deepEqual(
    ["warning", "warning", "critical", "critical", "warning"].map((band) => tracker.enters(at(band))),
    [true, false, true, false, true],
  );
});

test("what is normal begins nothing, and ends what was", () => {
  const tracker = createBandTracker();
  assert.deepEqual(
    [normal, at("critical"), normal, at("critical")].map((fingerprint) => tracker.enters(fingerprint)),
    [false, true, false, true],
  );
});

test("another kind of trouble is another state", () => {
  const tracker = createBandTracker();
  assert.equal(tracker.enters(at("critical")), true);
  assert.equal(tracker.enters(at("critical", "rack-7", "overload")), true);
});

test("subjects are tracked apart", () => {
  const tracker = createBandTracker();
  assert.equal(tracker.enters(at("warning", "rack-1")), true);
  assert.equal(tracker.enters(at("warning", "rack-2")), true);
});

test("beyond its limit the tracker forgets whom it has not seen for longest", () => {
  const tracker = createBandTracker(2);
  for (const subject of ["a", "b", "a", "c"]) tracker.enters(at("warning", subject));
  assert.equal(tracker.enters(at("warning", "a")), false);
  assert.equal(tracker.enters(at("warning", "b")), true);
});
