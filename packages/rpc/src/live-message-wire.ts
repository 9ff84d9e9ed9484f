/** Messages of quality of service 0, to the wire and from it. */
import { checkId, EntrainError } from "@entrain/kernel";
import { bodyText, busLimits, checkPattern, publicationOf, type Publication } from "@entrain/core/bus";
import type { LiveMessage } from "@entrain/ports";
import type { ListenRequest__Output } from "./gen/entrain/v1/ListenRequest.ts";
import type { LiveMessage as WireMessage, LiveMessage__Output } from "./gen/entrain/v1/LiveMessage.ts";
import { traceFromWire, traceToWire } from "./trace-wire.ts";
import { text } from "./wire-fields.ts";

/** Patterns of one listener. */
const patternsMax = 100;

export function liveMessageToWire(message: LiveMessage): WireMessage {
  const { messageId, topic, agentId, trace } = message;
  return { messageId, topic, agentId, bodyJson: bodyText(message), ...traceToWire(trace) };
}

/** @throws EntrainError `invalid-argument` that names the field. */
export function liveMessageFromWire(message: LiveMessage__Output): LiveMessage {
  const { messageId, topic, agentId, bodyJson } = message;
  const { payload, headers } = bodyFrom(text("body_json", bodyJson, busLimits.bodyMax));
  const checked = publicationOf({ messageId, topic, qos: 1, payload, headers });
  return {
    messageId: checked.messageId,
    topic: checked.topic,
    agentId: checkId("agent_id", agentId),
    payload,
    headers,
    ...traceFromWire(message),
  };
}

function bodyFrom(json: string): Pick<Publication, "payload" | "headers"> {
  try {
    const body = JSON.parse(json) as Partial<Pick<Publication, "payload" | "headers">> | null;
    if (body?.payload !== undefined && typeof body.headers === "object")
      return { payload: body.payload, headers: body.headers };
  } catch {
    // Refused below, as anything else that is no such object.
  }
  throw EntrainError.invalid("body_json", json.slice(0, 64), "give JSON with payload and headers");
}

/** Who wants to hear what. @throws EntrainError `invalid-argument` that names the field. */
export function listenRequestFromWire({ processId, patterns }: ListenRequest__Output) {
  if (patterns.length < 1 || patterns.length > patternsMax)
    throw EntrainError.invalid("patterns", `${patterns.length} of them`, `give 1 to ${patternsMax}`);
  return {
    processId: checkId("process_id", processId),
    patterns: patterns.map((pattern, at) => checkPattern(`patterns[${at}]`, pattern)),
  };
}
