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
  await using gone = await startServer(sampleDecider());
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

/** A host before the server: passes connections on while it is `awake`; those of before go on hanging. */
async function startRelay(port: number) {
  const accepted: Socket[] = [];
  const state = { awake: true };
  const relay = createServer((socket) => {
    accepted.push(socket);
    socket.on("error", () => undefined);
    if (!state.awake) return;
    const onward = connect(port, "127.0.0.1");
    onward.on("error", () => undefined);
    socket.on("close", () => onward.destroy());
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  return {
    state,
    accepted,
    address: `127.0.0.1:${(relay.address() as AddressInfo).port}`,
    [Symbol.dispose]() {
      relay.close();
      for (const socket of accepted) socket.destroy();
    },
  };
}

test("a decider that hangs is unavailable within the deadline, and its successor at the address is found", async () => {
  await using server = await startServer(sampleDecider());
  using relay = await startRelay(server.port);
  relay.state.awake = false;
  using client = clientOf(relay.address, 200);
  await assert.rejects(client.decide(question), { code: "unavailable", message: /not reached within 200 ms/ });
  relay.state.awake = true;
  const answers: string[] = [];
  await eventually("the successor answers", () => {
    client.decide(question).then(
      ({ source }) => answers.push(source),
      () => undefined,
    );
    return answers.length > 0;
  });
  // One that hung, one that knocked, one that got through, and what a slow machine adds.
  assert.ok(relay.accepted.length < 8, `${relay.accepted.length} connections`);
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
  await using server = await startServer(sampleDecider());
  using relay = await startRelay(server.port);
  using one = clientOf(relay.address);
  using other = clientOf(relay.address);
  await Promise.all([one.decide(question), other.decide(question), one.decide(question)]);
  assert.equal(relay.accepted.length, 1);
  one.close();
  await other.decide(question);
  assert.equal(relay.accepted.length, 1);
  other.close();
  await eventually("the connection is closed", () => relay.accepted[0]!.closed);
});
