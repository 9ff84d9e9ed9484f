/** DecisionService: a decider that others call. */
import type { Decider } from "@entrain/ports";
import type { CallDesk } from "./call-desk.ts";
import { outcomeToWire, requestFromWire } from "./decision-wire.ts";
import type { DecisionServiceHandlers } from "./gen/entrain/v1/DecisionService.ts";

/** The handlers of DecisionService; the decider keeps to the policy's budget, and learns when nobody waits any more. */
export function createDecisionService(desk: CallDesk, decider: Decider): DecisionServiceHandlers {
  return {
    Decide: desk.unary(async (request, signal) =>
      outcomeToWire(await decider.decide({ ...requestFromWire(request), signal })),
    ),
  };
}
