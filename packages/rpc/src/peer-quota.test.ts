/** What one peer may take, what that leaves the others, and that memory is bounded whoever calls. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PeerQuota } from "./peer-quota.ts";

const takes = (quota: PeerQuota, peer: string, times: number, nowMs: number) =>
  Array.from({ length: times }, () => quota.take(peer, nowMs)).filter(Boolean).length;

test("a peer has a second's share at once, then what its rate gives; another one is not touched by it", () => {
  const quota = new PeerQuota(100);
  assert.equal(takes(quota, "a", 250, 1_000), 100);
  assert.equal(takes(quota, "a", 250, 1_500), 50);
  assert.equal(takes(quota, "b", 250, 1_500), 100);
  assert.equal(takes(quota, "a", 250, 60_000), 100, "nothing is saved up beyond a second");
});

test("over any stretch of a flood no more passes than the burst and the rate", () => {
  const quota = new PeerQuota(50);
  const passed = Array.from({ length: 10_000 }, (_, ms) => quota.take("a", ms)).filter(Boolean).length;
  assert.ok(passed >= 50 + 490 && passed <= 50 + 500, `${passed} in 10 s`);
});

test("buckets that are full again are forgotten, and never are there more than 4,096", () => {
  const quota = new PeerQuota(1);
  for (let at = 0; at < 4_096; at++) quota.take(`early-${at}`, 0);
  assert.equal(quota.take("early-0", 10), false, "it has had its share");
  assert.equal(quota.take("late", 2_000), true);
  assert.equal(quota.size, 1);
  for (let at = 0; at < 10_000; at++) quota.take(`flood-${at}`, 2_000);
  assert.equal(quota.size, 4_096);
});
