/**
 * RegistryService: answers probes, and probes other members for callers that do not reach them (SWIM). A process that is stopping
 * does so until it has stopped: it is not to be taken for dead on its way out.
 */
import { EntrainError, checkId } from "@entrain/kernel";
import type { ProbeHelper } from "@entrain/ports";
import type { CallDesk } from "./call-desk.ts";
import type { RegistryServiceHandlers } from "./gen/entrain/v1/RegistryService.ts";

/** Longest probe on behalf of another, ms. */
const timeoutMaxMs = 5_000;

/** The handlers of RegistryService; only members are probed, at the addresses that they are known by. */
export function createRegistryService(desk: CallDesk, processId: string, helper: ProbeHelper): RegistryServiceHandlers {
  return {
    Probe: desk.unary(() => Promise.resolve({ processId }), { toTheEnd: true }),
    ProbeFor: desk.unary(
      async ({ processId: otherId, timeoutMs }) => {
        checkId("process_id", otherId);
        if (!(timeoutMs > 0 && timeoutMs <= timeoutMaxMs))
          throw EntrainError.invalid("timeout_ms", timeoutMs, `give a time above 0 and up to ${timeoutMaxMs} ms`);
        return { result: await helper.probeFor(otherId, timeoutMs) };
      },
      { toTheEnd: true },
    ),
  };
}
