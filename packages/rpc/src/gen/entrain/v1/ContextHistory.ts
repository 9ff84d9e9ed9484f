// Original file: proto/entrain/v1/context.proto

import type { ContextHistoryEntry as _entrain_v1_ContextHistoryEntry, ContextHistoryEntry__Output as _entrain_v1_ContextHistoryEntry__Output } from '../../entrain/v1/ContextHistoryEntry.ts';
import type { Long } from '@grpc/proto-loader';

export interface ContextHistory {
  'presentVersion'?: (number | string | Long);
  'oldestVersion'?: (number | string | Long);
  'versions'?: (_entrain_v1_ContextHistoryEntry)[];
}

export interface ContextHistory__Output {
  'presentVersion': (number);
  'oldestVersion': (number);
  'versions': (_entrain_v1_ContextHistoryEntry__Output)[];
}
