// Original file: proto/entrain/v1/agent.proto

import type { Act as _entrain_v1_Act, Act__Output as _entrain_v1_Act__Output } from '../../entrain/v1/Act.ts';

export interface ObservedAct {
  'act'?: (_entrain_v1_Act | null);
  'latencyMs'?: (number | string);
  'contextHit'?: (boolean);
}

export interface ObservedAct__Output {
  'act': (_entrain_v1_Act__Output | null);
  'latencyMs': (number);
  'contextHit': (boolean);
}
