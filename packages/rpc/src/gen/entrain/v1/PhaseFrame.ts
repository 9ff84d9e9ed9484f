// Original file: proto/entrain/v1/phase.proto

import type { Timestamps as _entrain_v1_Timestamps, Timestamps__Output as _entrain_v1_Timestamps__Output } from '../../entrain/v1/Timestamps.ts';
import type { Goal as _entrain_v1_Goal, Goal__Output as _entrain_v1_Goal__Output } from '../../entrain/v1/Goal.ts';
import type { AgentPhase as _entrain_v1_AgentPhase, AgentPhase__Output as _entrain_v1_AgentPhase__Output } from '../../entrain/v1/AgentPhase.ts';
import type { Long } from '@grpc/proto-loader';

export interface PhaseFrame {
  'wireVersion'?: (number);
  'swarmId'?: (string);
  'processId'?: (string);
  'timestamps'?: (_entrain_v1_Timestamps | null);
  'goal'?: (_entrain_v1_Goal | null);
  'highestTerm'?: (number | string | Long);
  'phases'?: (_entrain_v1_AgentPhase)[];
  'atNs'?: (number | string | Long);
}

export interface PhaseFrame__Output {
  'wireVersion': (number);
  'swarmId': (string);
  'processId': (string);
  'timestamps': (_entrain_v1_Timestamps__Output | null);
  'goal': (_entrain_v1_Goal__Output | null);
  'highestTerm': (number);
  'phases': (_entrain_v1_AgentPhase__Output)[];
  'atNs': (number);
}
