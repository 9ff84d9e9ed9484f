// Original file: proto/entrain/v1/agent.proto

import type { AgentDecision as _entrain_v1_AgentDecision, AgentDecision__Output as _entrain_v1_AgentDecision__Output } from '../../entrain/v1/AgentDecision.ts';

export interface InjectTelemetryResponse {
  'decisions'?: (_entrain_v1_AgentDecision)[];
}

export interface InjectTelemetryResponse__Output {
  'decisions': (_entrain_v1_AgentDecision__Output)[];
}
