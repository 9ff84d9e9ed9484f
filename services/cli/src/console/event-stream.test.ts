import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { followEvents, type SwarmEvent } from "./event-stream.ts";

test("the stream is opened again where it left off, and what is no event is passed over", async () => {
  const asked: (string | undefined)[] = [];
  const answers = [
    (response: ServerResponse) =>
      response.end(': ok\n\nid: 1\nevent: agent.joined\ndata: {"agentId":"a"}\n\ndata: {\n\n'),
    (response: ServerResponse) => response.destroy(),
    (response: ServerResponse) => response.write('id: 2\nevent: agent.left\ndata: {"agentId":"a"}\n\n'),
  ];
  const server = createServer((request: IncomingMessage, response) => {
    asked.push(request.headers["last-event-id"] as string | undefined);
    assert.equal(request.url, "/api/v1/events?types=agent.joined,agent.left");
    assert.equal(request.headers.authorization, "Bearer a-token");
    answers[asked.length - 1]!(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const stop = new AbortController();
  const events: SwarmEvent[] = [];
  await followEvents(
    { url: `http://127.0.0.1:${port}`, headers: { authorization: "Bearer a-token" } },
    ["agent.joined", "agent.left"],
    (event) => {
      events.push(event);
      if (event.type === "agent.left") stop.abort();
    },
    stop.signal,
  );
  assert.deepEqual(events, [
    { type: "agent.joined", data: { agentId: "a" } },
    { type: "agent.left", data: { agentId: "a" } },
  ]);
  assert.deepEqual(asked, [undefined, "1", "1"]);
  server.closeAllConnections();
  server.close();
});
