/** A remote decider: what its caller gets when all is well, and when it is not. */
import assert from "node:assert/strict";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { test } from "node:test";
import type { Decider } from "@entrain/ports";
import { createDecisionClient } from "./decision-client.ts";
import { clockAhead, eventually } from "./loopback-process.ts";
import { createRpcServer } from "./rpc-server.ts";
import { sampleDecider } from "./sample-decision.ts";

const question = { agentId: "agent-1", incarnation: 1, reading: { temperature: 85 } };
const clock = clockAhead(0);

const startServer = async (decider: Decider, port = 0) => {
  const events = (): undefined => undefined;
  const base = { swarmId: "test", processId: "loop", insecure: false, clock, events };
  const server = await createRpcServer({ ...base, listen: { host: "127.0.0.1", port }, decider });
  return { ...server, [Symbol.asyncDispose]: () => server.close({ deadlineMs: 50 }) };
};

const clientOf = (address: string, deadlineMs?: number) => {
  const client = createDecisionClient(address, {
    swarmId: "test",
    insecure: false,
    clock,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  });
  return { ...client, [Symbol.dispose]: () => client.close() };
};

test("latency is the caller's, and the leadership is told", async () => {
  const decider = sampleDecider();
  await using server = await startServer(decider);
  using client = clientOf(server.address);
  const leadership = { agentId: "agent-1", incarnation: 1, term: 1_700_000_000_123, generation: 4 };
  const startMs = performance.now();
  const outcome = await client.decide({ ...question, leadership });
  assert.ok(outcome.latencyMs > 0 && outcome.latencyMs <= performance.now() - startMs);
  assert.deepEqual(decider.asked[0]!.leadership, leadership);
  assert.equal(decider.asked[0]!.incidentId, undefined);
});

test("where nobody listens the decider is unavailable at once, and found when it comes", async () => {
  const gone = await startServer(sampleDecider());
  await gone.close({ deadlineMs: 50 });
  using client = clientOf(gone.address);
  const startMs = performance.now();
  await assert.rejects(client.decide(question), { code: "unavailable" });
  assert.ok(performance.now() - startMs < 1_000);
  await using _back = await startServer(sampleDecider(), gone.port);
  let answered = false;
  await eventually("it answers", () => {
    client.decide(question).then(
      () => (answered = true),
      () => undefined,
    );
    return answered;
  });
});

test("a decider that hangs is unavailable within the deadline, and its successor at the address is found", async () => {
  // The relay stands for a host that is paused and then replaced: what hangs on the old one goes on hanging.
  await using server = await startServer(sampleDecider());
  let healthy = false;
  const sockets: Socket[] = [];
  const relay = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    if (!healthy) return;
    const onward = connect(server.port, "127.0.0.1");
    onward.on("error", () => undefined);
    sockets.push(onward);
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  using client = clientOf(`127.0.0.1:${(relay.address() as AddressInfo).port}`, 200);
  await assert.rejects(client.decide(question), { code: "unavailable", message: /not reached within 200 ms/ });
  healthy = true;
  const answers: string[] = [];
  await eventually("the successor answers", () => {
    client.decide(question).then(
      ({ source }) => answers.push(source),
      () => undefined,
    );
    return answers.length > 0;
  });
  // Whatever was tried in vain is given up but for the attempts that gRPC cannot call off.
  assert.ok(sockets.length < 10, `${sockets.length} sockets`);
  for (const socket of sockets) socket.destroy();
  relay.close();
});

test("a decider that does not answer misses the deadline, and learns that nobody waits", async () => {
  const signals: AbortSignal[] = [];
  const never: Decider = {
    decide({ signal }) {
      if (signal instanceof AbortSignal) signals.push(signal);
      return new Promise(() => undefined);
    },
  };
  await using server = await startServer(never);
  using client = clientOf(server.address, 200);
  await assert.rejects(client.decide(question), { code: "deadline-exceeded" });
  await eventually("the decider learns it", () => signals[0]?.aborted === true);
});

test("the caller's signal calls the question off on both sides", async () => {
  const signals: AbortSignal[] = [];
  const never: Decider = {
    decide({ signal }) {
      if (signal instanceof AbortSignal) signals.push(signal);
      return new Promise(() => undefined);
    },
  };
  await using server = await startServer(never);
  using client = clientOf(server.address);
  const caller = new AbortController();
  const asked = client.decide({ ...question, signal: caller.signal });
  await eventually("it is asked", () => signals.length === 1);
  caller.abort();
  await assert.rejects(asked, { code: "cancelled" });
  await eventually("the decider learns it", () => signals[0]!.aborted);
  await assert.rejects(client.decide({ ...question, signal: caller.signal }), { code: "cancelled" });
});

test("clients of one address share one connection, and the last one closes it", async () => {
  const sockets = new Set<Socket>();
  let accepted = 0;
  await using server = await startServer(sampleDecider());
  const relay = createServer((socket) => {
    accepted += 1;
    sockets.add(socket);
    const onward = connect(server.port, "127.0.0.1");
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward]) end.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  const { port } = relay.address() as AddressInfo;
  const one = clientOf(`127.0.0.1:${port}`);
  const other = clientOf(`127.0.0.1:${port}`);
  await Promise.all([one.decide(question), other.decide(question), one.decide(question)]);
  assert.equal(accepted, 1);
  one.close();
  await other.decide(question);
  assert.equal(sockets.size, 1);
  other.close();
  await eventually("the connection is closed", () => sockets.size === 0);
  relay.close();
});
