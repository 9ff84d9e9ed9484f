/** DecisionService: a decider that others call. */
import type { Decider } from "@entrain/ports";
import type { CallDesk } from "./call-desk.ts";
import { outcomeToWire, requestFromWire } from "./decision-wire.ts";
import type { DecisionServiceHandlers } from "./gen/entrain/v1/DecisionService.ts";
import { checkSpeaker } from "./peer-identity.ts";

/** The handlers of DecisionService; the decider keeps to the policy's budget, and learns when nobody waits any more. */
export function createDecisionService(desk: CallDesk, decider: Decider): DecisionServiceHandlers {
  return {
    Decide: desk.unary(async (request, signal, caller) => {
      const question = requestFromWire(request);
      checkSpeaker(caller, "agent_id", question.agentId);
      if (question.leadership !== undefined) checkSpeaker(caller, "leadership.agent_id", question.leadership.agentId);
      return outcomeToWire(await decider.decide({ ...question, signal }));
    }),
  };
}
