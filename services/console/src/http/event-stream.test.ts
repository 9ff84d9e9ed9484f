import assert from "node:assert/strict";
import { get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { createApi } from "../testing/api-under-test.ts";
import { beatOf, memberOf, observationOf, viewOf } from "../testing/facts.ts";

/** A stream over a real socket, read event by event. */
async function openStream(t: TestContext, port: number, path = "/api/v1/events", headers: Record<string, string> = {}) {
  const request = get({ host: "127.0.0.1", port, path, headers });
  t.after(() => request.destroy());
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let text = "";
  const waiting = new Set<() => void>();
  response.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    for (const wake of waiting) wake();
  });
  const ended = new Promise<void>((resolve) => response.once("close", resolve));
  response.on("error", () => undefined);
  /** Waits until what has come matches. */
  const until = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(text);
      if (match !== null) return match;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
      });
    }
  };
  return { response, until, ended, text: () => text, request };
}

async function serverOf(t: TestContext) {
  const api = await createApi([{ kind: "members", view: viewOf(1, memberOf("a")) }]);
  t.after(async () => {
    api.hub.close();
    await api.app.close();
  });
  await api.app.listen({ host: "127.0.0.1", port: 0 });
  return { ...api, port: (api.app.server.address() as AddressInfo).port };
}

const join = (version: number, agentId: string) =>
  ({ kind: "member", delta: { version, member: memberOf(agentId) } }) as const;

test("headers and ok come at once, then events as they happen, without beats", { timeout: 10_000 }, async (t) => {
  const { port, feed } = await serverOf(t);
  const stream = await openStream(t, port);
  assert.equal(stream.response.statusCode, 200);
  assert.equal(stream.response.headers["content-type"], "text/event-stream; charset=utf-8");
  assert.equal(stream.response.headers["cache-control"], "no-store");
  await stream.until(/^: ok\n\n/);
  feed({ kind: "observed", observation: observationOf(0, { beats: [beatOf("a", 1, 0)] }) });
  feed(join(2, "b"));
  const [frame] = await stream.until(/id: .*\n\n/s);
  assert.match(frame, /^id: test-2\nevent: agent\.joined\ndata: \{"agentId":"b",.*\}\n\n$/);
});

test("types choose the events; beats come where they are asked for", { timeout: 10_000 }, async (t) => {
  const { port, feed } = await serverOf(t);
  const stream = await openStream(t, port, "/api/v1/events?types=beat,agent.left");
  await stream.until(/^: ok\n\n/);
  feed(join(2, "b"));
  feed({ kind: "observed", observation: observationOf(0, { beats: [beatOf("a", 7, 0)] }) });
  const [, data = ""] = await stream.until(/event: beat\ndata: (.*)\n\n/);
  const beat = JSON.parse(data) as Record<string, unknown>;
  assert.deepEqual(Object.keys(beat), ["agentId", "goalVersion", "beat", "intendedAt", "firedAt"]);
  assert.doesNotMatch(stream.text(), /agent\.joined/);
});

test("a stream that broke resumes after its last event", { timeout: 10_000 }, async (t) => {
  const { port, feed } = await serverOf(t);
  const first = await openStream(t, port);
  await first.until(/: ok/);
  feed(join(2, "b"));
  const [, id = ""] = await first.until(/id: (.*)\n/);
  first.request.destroy();
  feed(join(3, "c"));
  feed(join(4, "d"));
  const second = await openStream(t, port, "/api/v1/events", { "last-event-id": id });
  await second.until(/"d"/);
  assert.deepEqual(
    [...second.text().matchAll(/"agentId":"(.)"/g)].map((match) => match[1]),
    ["c", "d"],
  );
  const lost = await openStream(t, port, "/api/v1/events", { "last-event-id": "another-life-5" });
  await lost.until(/event: resync/);
});

test("a caller that goes is forgotten; a closing console ends its streams", { timeout: 10_000 }, async (t) => {
  const { port, hub, events } = await serverOf(t);
  const [gone, stays] = [await openStream(t, port), await openStream(t, port)];
  assert.equal(hub.size(), 2);
  gone.request.destroy();
  while (hub.size() > 1) await new Promise((resolve) => setImmediate(resolve));
  hub.close();
  await stays.ended;
  const open = events.flatMap((event) => (event.kind === "event-streams.changed" ? [event.open] : []));
  assert.deepEqual(open, [1, 2, 1, 0]);
});

test(
  "a reader that stops reading costs no memory, and is dropped once it is too far behind",
  { timeout: 30_000 },
  async (t) => {
    const { port, hub, feed } = await serverOf(t);
    const stream = await openStream(t, port, "/api/v1/events?types=beat");
    await stream.until(/: ok/);
    stream.response.pause();
    let beat = 0;
    // Sockets and their buffers in the kernel take some megabytes before the reader counts as slow.
    while (hub.size() > 0) {
      const beats = Array.from({ length: 1_000 }, () => beatOf("a", ++beat, 1));
      feed({ kind: "observed", observation: observationOf(1, { beats }) });
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(beat > 10_000);
    stream.response.resume();
    await stream.ended;
  },
);
