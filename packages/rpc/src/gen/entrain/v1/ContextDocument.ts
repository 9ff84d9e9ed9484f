// Original file: proto/entrain/v1/context.proto

import type { Long } from '@grpc/proto-loader';

export interface ContextDocument {
  'version'?: (number | string | Long);
  'documentJson'?: (string);
  'stale'?: (boolean);
}

export interface ContextDocument__Output {
  'version': (number);
  'documentJson': (string);
  'stale': (boolean);
}
