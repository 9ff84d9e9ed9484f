/**
 * Probes of other processes by gRPC, on channels that are held while a process is of interest. Beside a call that fails, or
 * that is not answered soon, a bare connection is opened: only the kernel of the other host can say that nobody listens there,
 * and it says so at once, while gRPC would go on trying until the deadline. A call that is answered opens none: with TLS the other
 * process counts each as a refused handshake.
 */
import { EntrainError, checkId } from "@entrain/kernel";
import type { MemberProbe, ProbedProcess } from "@entrain/ports";
import { callMetadata } from "./call-metadata.ts";
import { openChannel, type RpcChannel } from "./channel.ts";
import type { Security } from "./credentials.ts";
import { serviceDefinitions } from "./load-proto.ts";
import { probeAddress } from "./probe-address.ts";
import { callUnary } from "./unary-call.ts";

/** How long a call has before a bare connection is opened beside it, ms. */
const lookAfterDefaultMs = 50;

/** What probes need. */
interface MemberProbeOptions extends Security {
  readonly swarmId: string;
  /** How long a call has before a bare connection is opened beside it, ms (default 50). */
  readonly lookAfterMs?: number;
}

type Result = Awaited<ReturnType<MemberProbe["ask"]>>;

/**
 * No I/O before the first probe.
 * @throws EntrainError `invalid-argument` for a swarm outside the grammar.
 */
export function createMemberProbe(options: MemberProbeOptions): MemberProbe {
  const swarmId = checkId("swarmId", options.swarmId);
  const metadata = callMetadata(swarmId);
  // A channel that lost its connection a moment ago tries again within the deadline.
  metadata.setOptions({ waitForReady: true });
  const channels = new Map<string, RpcChannel>();
  const { Probe, ProbeFor } = serviceDefinitions().registry;

  function channelTo(address: string): RpcChannel {
    const channel = channels.get(address) ?? openChannel(address, options, { swarmId, role: "agent" });
    channels.set(address, channel);
    return channel;
  }

  function keepOnly(processes: readonly ProbedProcess[]): void {
    const wanted = new Set(processes.map(({ address }) => address));
    for (const [address, channel] of channels) {
      if (wanted.has(address)) continue;
      channels.delete(address);
      channel.close();
    }
  }

  async function call({ processId, address }: ProbedProcess, deadlineMs: number): Promise<Result> {
    try {
      const request = {};
      const answer = await callUnary({ channel: channelTo(address), method: Probe, request, metadata, deadlineMs });
      return answer.processId === processId ? "answered" : "refused";
    } catch (thrown) {
      return resultOf(thrown);
    }
  }

  return {
    async ask(process, timeoutMs) {
      const startedMs = performance.now();
      const leftMs = (): number => Math.max(0, timeoutMs - (performance.now() - startedMs));
      const first = call(process, timeoutMs);
      const soon = await within(options.lookAfterMs ?? lookAfterDefaultMs, first);
      if (soon !== undefined && soon !== "silent") return soon;
      const address = probeAddress(process.address, leftMs());
      const calling = first.then(async (result) => {
        if (result !== "silent") return result;
        if ((await address) === "refused") return "refused";
        // A connection that broke under the call ends it early: that says nothing of the process.
        const isKept = channels.has(process.address);
        return !isKept || leftMs() < timeoutMs / 4 ? "silent" : call(process, leftMs());
      });
      return Promise.race([calling, address.then((outcome) => (outcome === "refused" ? "refused" : calling))]);
    },
    async askThrough(helper, { processId }, timeoutMs) {
      try {
        const channel = channelTo(helper.address);
        // The helper's own probe has to come to its end before the answer is due.
        const request = { processId, timeoutMs: timeoutMs * 0.8 };
        const { result } = await callUnary({ channel, method: ProbeFor, request, metadata, deadlineMs: timeoutMs });
        return result === "answered" || result === "refused" ? result : "silent";
      } catch {
        return "silent";
      }
    },
    keepOnly,
  };
}

/** What `calling` comes to, or undefined where it takes longer than `ms`. */
function within(ms: number, calling: Promise<Result>): Promise<Result | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  return Promise.race([calling, late]).finally(() => clearTimeout(timer));
}

/** Whoever refuses a call with a reason is there; an older peer that does not know the call is as well. */
function resultOf(thrown: unknown): Result {
  const { code } = EntrainError.from(thrown);
  const isSilent = code === "unavailable" || code === "deadline-exceeded" || code === "cancelled";
  return isSilent || code === "invalid-argument" ? "silent" : "answered";
}
