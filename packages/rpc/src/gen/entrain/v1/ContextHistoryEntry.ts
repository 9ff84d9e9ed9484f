// Original file: proto/entrain/v1/context.proto

import type { Long } from '@grpc/proto-loader';

export interface ContextHistoryEntry {
  'version'?: (number | string | Long);
  'baseVersion'?: (number | string | Long);
  'author'?: (string);
  'reason'?: (string);
  'atMs'?: (number | string);
  'patchKind'?: (string);
  'patchJson'?: (string);
  'pointers'?: (string)[];
}

export interface ContextHistoryEntry__Output {
  'version': (number);
  'baseVersion': (number);
  'author': (string);
  'reason': (string);
  'atMs': (number);
  'patchKind': (string);
  'patchJson': (string);
  'pointers': (string)[];
}
