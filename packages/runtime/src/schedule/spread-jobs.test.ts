import assert from "node:assert/strict";
import { test } from "node:test";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { desksIn } from "./desks-in.ts";

const virtualDesks = (size: number) => desksIn(createVirtualTime(), size);

test("a spread job is run by each agent once a period, never by two at once, through churn and without the store", async () => {
  const { time, desks, lab, members, end } = virtualDesks(10);
  const hourMs = 3_600_000;
  const runs: { readonly agent: number; readonly atMs: number }[] = [];
  for (const [index, desk] of desks.entries()) {
    desk.spread("refresh", "1h", {}, () => runs.push({ agent: index, atMs: time.clock.unixMs() }));
    desk.start();
  }
  const startMs = time.clock.unixMs();
  await time.advance(2 * hourMs);
  assert.equal(runs.length, 20);
  const gaps = runs.slice(1, 20).map(({ atMs }, index) => atMs - runs[index]!.atMs);
  assert.ok(Math.min(...gaps) > hourMs / 10 - 50 && Math.max(...gaps) < hourMs / 10 + 50, gaps.join(" "));
  lab.state.away = true;
  await time.advance(hourMs);
  assert.equal(runs.length, 30, "it goes on without the store");
  lab.state.away = false;
  members.ids = members.ids.slice(0, 6);
  await time.until(Promise.all(desks.slice(6).map((desk) => desk.stop(0))));
  for (const desk of desks) desk.membersChanged();
  await time.advance(2 * hourMs);
  const after = runs.slice(30);
  const cycles = after.map(({ agent, atMs }) => `${agent} ${Math.floor((atMs - startMs) / hourMs)}`);
  assert.equal(new Set(cycles).size, cycles.length);
  assert.equal(after.length, 12);
  const last = after.slice(6);
  const wider = last.slice(1).map(({ atMs }, index) => atMs - last[index]!.atMs);
  assert.ok(Math.min(...wider) > hourMs / 6 - 50 && Math.max(...wider) < hourMs / 6 + 50, wider.join(" "));
  await end();
});

test("the store keeps a restarted agent from running a slot twice", async () => {
  const { time, desks, lab, end } = virtualDesks(1);
  const hourMs = 3_600_000;
  const cycle = Math.floor(time.clock.unixMs() / hourMs);
  const note = { job: "refresh", text: "-", nextAtMs: undefined };
  await time.until(lab.storeOf("before").claimSlot({ ...note, agentId: "agent-0", cycle }));
  const runs: number[] = [];
  const job = desks[0]!.spread("refresh", "1h", {}, ({ fireTime }) => runs.push(Math.floor(fireTime / hourMs)));
  desks[0]!.start();
  await time.advance(10);
  assert.equal(Math.floor(job.nextAt! / hourMs), cycle, "its slot is to come, as far as it knows");
  await time.advance(2 * hourMs);
  assert.deepEqual(runs, [cycle + 1]);
  await end();
});
