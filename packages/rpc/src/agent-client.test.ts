/** Observing a process over loopback, each side with a clock of its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, credentials, Metadata, type StatusObject } from "@grpc/grpc-js";
import type { Observation, RuntimeEvent } from "@entrain/ports";
import { createAgentClient, type AgentClient, type ObserverState, type RemoteObservation } from "./agent-client.ts";
import { serviceDefinitions } from "./load-proto.ts";
import { clockAhead, eventually, frameOf } from "./loopback-process.ts";
import { createRpcServer, type RpcServer } from "./rpc-server.ts";
import { decisionOn, sampleProcess } from "./sample-decision.ts";

const observerClock = clockAhead(50);
const processClock = clockAhead(7_000_000);

async function startProcess(port = 0) {
  const agentProcess = sampleProcess();
  const server = await createRpcServer({
    listen: { host: "127.0.0.1", port },
    swarmId: "test",
    processId: "p1",
    insecure: false,
    clock: processClock,
    events: () => undefined,
    agentProcess,
  });
  return { server, agentProcess, [Symbol.asyncDispose]: () => server.close({ deadlineMs: 50 }) };
}

function observe({ address }: RpcServer) {
  const events: RuntimeEvent[] = [];
  const client: AgentClient = createAgentClient(address, {
    swarmId: "test",
    insecure: false,
    clock: observerClock,
    events: (event) => void events.push(event),
  });
  const seen: RemoteObservation[] = [];
  const states: ObserverState[] = [];
  const stop = client.observe(
    (observation) => void seen.push(observation),
    (state) => void states.push(state),
  );
  return { client, seen, states, stop, events, [Symbol.dispose]: () => client.close() };
}

function observation(atNs: number): Observation {
  const { goal, samples } = frameOf(12.75, 3);
  const beat = {
    agentId: "agent-0",
    goalVersion: 1,
    beat: 12,
    intendedNs: atNs - 2e6,
    firedNs: atNs - 1e6,
    skipped: 2,
  };
  const { incidentId, decisionId } = decisionOn({ temperature: 85 }, "disk-7");
  const act = {
    agentId: "agent-0",
    incidentId,
    decisionId,
    action: "throttle",
    source: "adopted",
    atMs: 1_700_000_000_500,
  };
  const acts = [{ act: { ...act, source: "adopted" as const }, latencyMs: 0.75, contextHit: true }];
  return {
    atNs,
    goal,
    strategy: "sync",
    phases: samples,
    energies: [{ agentId: "agent-0", energy: 61.5 }],
    beats: [beat],
    acts,
  };
}

test("an observation arrives whole, its instants on the observer's clock", async () => {
  await using process = await startProcess();
  using observer = observe(process.server);
  await eventually("the observation begins", () => process.agentProcess.observers.size === 1);
  // A busy machine takes a while to have an exchange without a hold-up.
  let errorMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 500 && errorMs >= 1; round++) {
    const here = observerClock.monoNs();
    process.agentProcess.tell(observation(processClock.monoNs()));
    await eventually("it arrives", () => observer.seen.length > round);
    errorMs = Math.abs(observer.seen.at(-1)!.atNs - here) / 1e6;
  }
  assert.ok(errorMs < 1, `${errorMs} ms off`);
  const seen = observer.seen.at(-1)!;
  assert.deepEqual(seen, { processId: "p1", ...observation(seen.atNs) });
  assert.deepEqual(observer.states, [{ up: true, processId: "p1" }]);
});

test("the very first observation is already placed", async () => {
  await using process = await startProcess();
  using observer = observe(process.server);
  await eventually("the observation begins", () => process.agentProcess.observers.size === 1);
  const here = observerClock.monoNs();
  process.agentProcess.tell(observation(processClock.monoNs()));
  await eventually("it arrives", () => observer.seen.length === 1);
  // The two clocks are hours apart.
  assert.ok(Math.abs(observer.seen[0]!.atNs - here) < 1e9, `${(observer.seen[0]!.atNs - here) / 1e6} ms off`);
});

test("an observer connects anew after the process was away, and stops when told", async () => {
  await using first = await startProcess();
  using observer = observe(first.server);
  await eventually("the observation begins", () => first.agentProcess.observers.size === 1);
  first.agentProcess.tell(observation(processClock.monoNs()));
  await eventually("it is up", () => observer.states.length === 1);
  await first[Symbol.asyncDispose]();
  await eventually("it is down", () => observer.states.length > 1);
  await using second = await startProcess(first.server.port);
  await eventually("the observation begins again", () => second.agentProcess.observers.size === 1);
  second.agentProcess.tell(observation(processClock.monoNs()));
  await eventually("it is up again", () => observer.states.at(-1)!.up);
  assert.ok(observer.states.slice(1, -1).every((state) => !state.up && state.error.code === "unavailable"));
  observer.stop();
  await eventually("the process has noticed", () => second.agentProcess.observers.size === 0);
});

test("an observer that does not read is cut off, and holds up neither the process nor the others", async () => {
  await using process = await startProcess();
  using observer = observe(process.server);
  const { Observe } = serviceDefinitions().agent;
  using cleanup = new DisposableStack();
  const slow = cleanup.adopt(new Client(process.server.address, credentials.createInsecure()), (open) => open.close());
  const call = slow.makeBidiStreamRequest(
    Observe.path,
    Observe.requestSerialize,
    (bytes) => bytes.length,
    new Metadata(),
    {},
  );
  let ended: StatusObject | undefined;
  call.on("error", () => undefined);
  call.on("status", (status: StatusObject) => (ended = status));
  // It reads once and then no more: a gRPC client that never reads buffers everything itself.
  call.once("data", () => call.pause());
  call.write({});
  await eventually("both observe", () => process.agentProcess.observers.size === 2);
  const large = { ...observation(1), phases: frameOf(3.5, 200).samples };
  let told = 0;
  await eventually("the slow one is cut off", () => {
    process.agentProcess.tell({ ...large, atNs: processClock.monoNs() });
    told += 1;
    return process.agentProcess.observers.size === 1;
  });
  await eventually("the other one has seen everything", () => observer.seen.length === told);
  call.resume();
  await eventually("the slow one learns why", () => ended !== undefined);
  assert.equal(ended!.details, "the observer does not keep up: observe again");
});

test("a tool may observe without a clock of its own", async () => {
  await using process = await startProcess();
  const { Observe } = serviceDefinitions().agent;
  using cleanup = new DisposableStack();
  const tool = cleanup.adopt(new Client(process.server.address, credentials.createInsecure()), (open) => open.close());
  const call = tool.makeBidiStreamRequest(
    Observe.path,
    Observe.requestSerialize,
    Observe.responseDeserialize,
    new Metadata(),
    {},
  );
  const seen: string[] = [];
  call.on("data", ({ processId }: { readonly processId: string }) => seen.push(processId));
  call.on("error", () => undefined);
  call.end();
  await eventually("the observation begins", () => process.agentProcess.observers.size === 1);
  process.agentProcess.tell(observation(1));
  await eventually("it arrives", () => seen.length === 1);
  tool.close();
  await eventually("the process has noticed", () => process.agentProcess.observers.size === 0);
});

test("an observation with a wrong field is not believed: the stream ends, and its name is told", async () => {
  await using process = await startProcess();
  using observer = observe(process.server);
  await eventually("the observation begins", () => process.agentProcess.observers.size === 1);
  const good = observation(processClock.monoNs());
  process.agentProcess.tell({ ...good, beats: [{ ...good.beats[0]!, agentId: "no spaces" }] });
  await eventually("it is refused", () => observer.states.length > 0);
  const [state] = observer.states;
  assert.ok(!state!.up && state!.error.field === "beats[0].agent_id");
  assert.deepEqual(observer.seen, []);
});

test("a listener that throws is reported and hears the next observation", async () => {
  await using process = await startProcess();
  const events: RuntimeEvent[] = [];
  let heard = 0;
  const client = createAgentClient(process.server.address, {
    swarmId: "test",
    insecure: false,
    clock: observerClock,
    events: (event) => void events.push(event),
  });
  using cleanup = new DisposableStack();
  cleanup.adopt(client, (open) => open.close());
  client.observe(() => {
    heard += 1;
    throw new Error("deaf");
  });
  await eventually("the observation begins", () => process.agentProcess.observers.size === 1);
  for (const round of [1, 2]) {
    process.agentProcess.tell(observation(processClock.monoNs()));
    await eventually("it is heard", () => heard === round);
  }
  assert.deepEqual(events[1], { kind: "listener.failed", listener: "observation", message: "deaf" });
});
