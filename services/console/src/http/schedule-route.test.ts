/** `GET /api/v1/schedules` over made-up jobs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ScheduledJob } from "@entrain/ports";
import { createApi } from "../testing/api-under-test.ts";

const idle = (job: string): ScheduledJob => ({
  job,
  text: "every 60000 ms",
  nextAtMs: undefined,
  running: undefined,
  latest: [],
});

const running: ScheduledJob = {
  job: "report",
  text: "cron 0 * * * * UTC",
  nextAtMs: 7_200_000,
  running: { agentId: "a", fireAtMs: 3_600_000, attempt: 2, startedAtMs: 3_600_900 },
  latest: [
    { kind: "missed", count: 3, fromMs: 1, toMs: 3 },
    {
      ...{ kind: "run", outcome: "failed", fireAtMs: 0, agentId: "b", token: 17, attempt: 1 },
      ...{ lateMs: 4, tookMs: 50, message: "no disk" },
    },
  ],
};

test("a job says when it fires next, who runs it, and what became of its latest runs", async (t) => {
  const { app, says } = await createApi();
  t.after(() => app.close());
  says.jobs = [running];
  const nobody = { agentId: null, token: null, attempt: null, lateMs: null, tookMs: null, message: "" };
  assert.deepEqual((await app.inject("/api/v1/schedules")).json(), {
    schedules: [
      {
        name: "report",
        when: "cron 0 * * * * UTC",
        nextAt: 7_200_000,
        running: { agentId: "a", fireAt: 3_600_000, attempt: 2, startedAt: 3_600_900 },
        latest: [
          { outcome: "missed", fireAt: 1, untilAt: 3, count: 3, ...nobody },
          {
            ...{ outcome: "failed", fireAt: 0, untilAt: null, count: 1, agentId: "b", token: 17, attempt: 1 },
            ...{ lateMs: 4, tookMs: 50, message: "no disk" },
          },
        ],
      },
    ],
  });
});

test("pages follow on each other, the last one names no next, and without the store the beginning is shown as it was", async (t) => {
  const { app, says } = await createApi();
  t.after(() => app.close());
  says.jobs = ["a", "b", "c", "d"].map(idle);
  interface Page {
    readonly schedules: readonly { readonly name: string; readonly nextAt: number | null }[];
    readonly next?: string;
    readonly stale?: true;
  }
  const read = async (query: string) => (await app.inject(`/api/v1/schedules?${query}`)).json<Page>();
  const first = await read("limit=2");
  const second = await read(`limit=2&cursor=${first.next ?? ""}`);
  const names = [first, second].map(({ schedules }) => schedules.map(({ name }) => name));
  assert.deepEqual(names, [
    ["a", "b"],
    ["c", "d"],
  ]);
  assert.equal(second.next, undefined);
  assert.equal(first.schedules[0]?.nextAt, null);
  says.failing = true;
  const stale = await read("limit=10");
  assert.deepEqual([stale.stale, stale.schedules.map(({ name }) => name)], [true, ["a", "b"]]);
});
