/**
 * Reasoners: from a reading to a verdict, by the rules of the live policy, or by who is asked over a network; and the
 * expressions of sessions.
 */
export { createChatClient, jsonOf, type ChatClient, type ChatEndpoint } from "./chat-client.ts";
export { createChatReasoner, type ChatReasonerOptions } from "./chat-reasoner.ts";
export { compilePolicy } from "./compile-policy.ts";
export { createGuardedReasoner, type AskedWithin, type PaidAnswer, type RemoteLimits } from "./guarded-reasoner.ts";
export { createHttpReasoner, type HttpReasonerOptions } from "./http-reasoner.ts";
export { endpointOf, postForText, type Endpoint } from "./post-json.ts";
export { createRulesReasoner } from "./rules-reasoner.ts";
export { createSessionExpressions, type SessionExpressions } from "./session-expressions.ts";
