// Original file: proto/entrain/v1/agent.proto

import type { Timestamps as _entrain_v1_Timestamps, Timestamps__Output as _entrain_v1_Timestamps__Output } from '../../entrain/v1/Timestamps.ts';

export interface ObserveRequest {
  'timestamps'?: (_entrain_v1_Timestamps | null);
}

export interface ObserveRequest__Output {
  'timestamps': (_entrain_v1_Timestamps__Output | null);
}
