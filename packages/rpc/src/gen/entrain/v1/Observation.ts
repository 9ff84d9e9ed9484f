// Original file: proto/entrain/v1/agent.proto

import type { Timestamps as _entrain_v1_Timestamps, Timestamps__Output as _entrain_v1_Timestamps__Output } from '../../entrain/v1/Timestamps.ts';
import type { Goal as _entrain_v1_Goal, Goal__Output as _entrain_v1_Goal__Output } from '../../entrain/v1/Goal.ts';
import type { AgentPhase as _entrain_v1_AgentPhase, AgentPhase__Output as _entrain_v1_AgentPhase__Output } from '../../entrain/v1/AgentPhase.ts';
import type { Beat as _entrain_v1_Beat, Beat__Output as _entrain_v1_Beat__Output } from '../../entrain/v1/Beat.ts';
import type { ObservedAct as _entrain_v1_ObservedAct, ObservedAct__Output as _entrain_v1_ObservedAct__Output } from '../../entrain/v1/ObservedAct.ts';
import type { AgentEnergy as _entrain_v1_AgentEnergy, AgentEnergy__Output as _entrain_v1_AgentEnergy__Output } from '../../entrain/v1/AgentEnergy.ts';
import type { Long } from '@grpc/proto-loader';

export interface Observation {
  'processId'?: (string);
  'timestamps'?: (_entrain_v1_Timestamps | null);
  'goal'?: (_entrain_v1_Goal | null);
  'strategy'?: (string);
  'phases'?: (_entrain_v1_AgentPhase)[];
  'beats'?: (_entrain_v1_Beat)[];
  'acts'?: (_entrain_v1_ObservedAct)[];
  'atNs'?: (number | string | Long);
  'energies'?: (_entrain_v1_AgentEnergy)[];
}

export interface Observation__Output {
  'processId': (string);
  'timestamps': (_entrain_v1_Timestamps__Output | null);
  'goal': (_entrain_v1_Goal__Output | null);
  'strategy': (string);
  'phases': (_entrain_v1_AgentPhase__Output)[];
  'beats': (_entrain_v1_Beat__Output)[];
  'acts': (_entrain_v1_ObservedAct__Output)[];
  'atNs': (number);
  'energies': (_entrain_v1_AgentEnergy__Output)[];
}
