/** For tests: a process of the rhythm plane on loopback, with a clock of its own, and what it saw. */
import assert from "node:assert/strict";
import type { Clock, PhaseFrame, ReceivedFrame, RuntimeEvent } from "@entrain/ports";
import type { Keepalive } from "./channel-options.ts";
import { createPhaseTransport, type RpcPhaseTransport } from "./phase-transport.ts";
import { createRpcServer, type RpcServer } from "./rpc-server.ts";

/** The machine's monotonic clock, seen from another origin: `aheadMs` ahead of it. */
export function clockAhead(aheadMs: number): Clock {
  const monoMs = (): number => performance.now() + aheadMs;
  return { monoMs, monoNs: () => Math.round(monoMs() * 1e6), unixMs: () => performance.timeOrigin + performance.now() };
}

/** Resolves as soon as `condition` holds; fails after `withinMs`. */
export async function eventually(what: string, condition: () => boolean, withinMs = 10_000): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!condition()) {
    assert.ok(performance.now() < deadlineMs, `not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** On a busy machine a test's processes may stand still for a while; nothing but a test of that is to notice. */
const patientKeepalive: Keepalive = { timeMs: 5_000, timeoutMs: 10_000 };

/** One process. */
export interface LoopbackProcess extends AsyncDisposable {
  readonly processId: string;
  readonly clock: Clock;
  readonly transport: RpcPhaseTransport;
  readonly server: RpcServer;
  readonly events: RuntimeEvent[];
  readonly received: ReceivedFrame[];
  /** Peers whose streams broke while they were wanted, in order. */
  readonly lost: string[];
  readonly peers: (...others: { readonly processId: string; readonly server: RpcServer }[]) => void;
}

/** Starts one; `port` 0 takes a free one. */
export async function startLoopbackProcess(options: {
  readonly processId: string;
  readonly swarmId?: string;
  readonly aheadMs?: number;
  readonly port?: number;
  readonly keepalive?: Keepalive;
}): Promise<LoopbackProcess> {
  const { processId, swarmId = "test", aheadMs = 1_000, port = 0, keepalive = patientKeepalive } = options;
  const events: RuntimeEvent[] = [];
  const received: ReceivedFrame[] = [];
  const base = {
    swarmId,
    processId,
    clock: clockAhead(aheadMs),
    events: (event: RuntimeEvent) => void events.push(event),
    insecure: true,
    keepalive,
  };
  const lost: string[] = [];
  const transport = createPhaseTransport({ ...base, onPeerLost: (peerId) => lost.push(peerId) });
  transport.onFrame((frame) => received.push(frame));
  const server = await createRpcServer({ ...base, listen: { host: "127.0.0.1", port }, phase: transport });
  return {
    processId,
    clock: base.clock,
    transport,
    server,
    events,
    received,
    lost,
    peers: (...others) =>
      transport.setPeers(new Map(others.map((other) => [other.processId, { address: other.server.address }]))),
    async [Symbol.asyncDispose]() {
      await transport.close();
      await server.close({ deadlineMs: 100 });
    },
  };
}

/** A frame of `agents` phases, each at `cycle`. */
export function frameOf(cycle: number, agents = 1): PhaseFrame {
  const goal = {
    goalVersion: 1,
    kind: "sync",
    periodNs: 200e6,
    anchorUnixMs: 1_700_000_000_000.25,
    anchorBeat: 0,
    effectiveBeat: 0,
  } as const;
  const lineage = { epochUnixMs: 1_700_000_000_000, founderId: "agent-0" };
  const samples = Array.from({ length: agents }, (_, index) => ({
    agentId: `agent-${index}`,
    incarnation: 1,
    cycle,
    lineage,
  }));
  return { goal, highestTerm: 7, samples };
}
