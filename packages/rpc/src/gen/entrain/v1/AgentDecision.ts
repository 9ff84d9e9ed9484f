// Original file: proto/entrain/v1/agent.proto

import type { Decision as _entrain_v1_Decision, Decision__Output as _entrain_v1_Decision__Output } from '../../entrain/v1/Decision.ts';

export interface AgentDecision {
  'agentId'?: (string);
  'decision'?: (_entrain_v1_Decision | null);
  'source'?: (string);
}

export interface AgentDecision__Output {
  'agentId': (string);
  'decision': (_entrain_v1_Decision__Output | null);
  'source': (string);
}
