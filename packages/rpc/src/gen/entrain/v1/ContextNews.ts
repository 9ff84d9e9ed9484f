// Original file: proto/entrain/v1/context.proto

import type { ContextChange as _entrain_v1_ContextChange, ContextChange__Output as _entrain_v1_ContextChange__Output } from '../../entrain/v1/ContextChange.ts';
import type { ContextResync as _entrain_v1_ContextResync, ContextResync__Output as _entrain_v1_ContextResync__Output } from '../../entrain/v1/ContextResync.ts';
import type { ContextBookmark as _entrain_v1_ContextBookmark, ContextBookmark__Output as _entrain_v1_ContextBookmark__Output } from '../../entrain/v1/ContextBookmark.ts';
import type { ContextBatch as _entrain_v1_ContextBatch, ContextBatch__Output as _entrain_v1_ContextBatch__Output } from '../../entrain/v1/ContextBatch.ts';

export interface ContextNews {
  'change'?: (_entrain_v1_ContextChange | null);
  'resync'?: (_entrain_v1_ContextResync | null);
  'bookmark'?: (_entrain_v1_ContextBookmark | null);
  'batch'?: (_entrain_v1_ContextBatch | null);
  'news'?: "change"|"resync"|"bookmark"|"batch";
}

export interface ContextNews__Output {
  'change'?: (_entrain_v1_ContextChange__Output | null);
  'resync'?: (_entrain_v1_ContextResync__Output | null);
  'bookmark'?: (_entrain_v1_ContextBookmark__Output | null);
  'batch'?: (_entrain_v1_ContextBatch__Output | null);
  'news'?: "change"|"resync"|"bookmark"|"batch";
}
