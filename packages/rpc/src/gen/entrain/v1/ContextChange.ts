// Original file: proto/entrain/v1/context.proto

import type { PlaceChange as _entrain_v1_PlaceChange, PlaceChange__Output as _entrain_v1_PlaceChange__Output } from '../../entrain/v1/PlaceChange.ts';
import type { Long } from '@grpc/proto-loader';

export interface ContextChange {
  'version'?: (number | string | Long);
  'baseVersion'?: (number | string | Long);
  'author'?: (string);
  'reason'?: (string);
  'atMs'?: (number | string);
  'changes'?: (_entrain_v1_PlaceChange)[];
}

export interface ContextChange__Output {
  'version': (number);
  'baseVersion': (number);
  'author': (string);
  'reason': (string);
  'atMs': (number);
  'changes': (_entrain_v1_PlaceChange__Output)[];
}
