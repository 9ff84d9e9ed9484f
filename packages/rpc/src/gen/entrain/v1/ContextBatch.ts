// Original file: proto/entrain/v1/context.proto

import type { ContextChange as _entrain_v1_ContextChange, ContextChange__Output as _entrain_v1_ContextChange__Output } from '../../entrain/v1/ContextChange.ts';

export interface ContextBatch {
  'versions'?: (_entrain_v1_ContextChange)[];
}

export interface ContextBatch__Output {
  'versions': (_entrain_v1_ContextChange__Output)[];
}
