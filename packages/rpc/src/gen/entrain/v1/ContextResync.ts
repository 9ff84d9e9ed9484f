// Original file: proto/entrain/v1/context.proto

import type { Long } from '@grpc/proto-loader';

export interface ContextResync {
  'cause'?: (string);
  'fromVersion'?: (number | string | Long);
  'version'?: (number | string | Long);
  'documentJson'?: (string);
}

export interface ContextResync__Output {
  'cause': (string);
  'fromVersion': (number);
  'version': (number);
  'documentJson': (string);
}
