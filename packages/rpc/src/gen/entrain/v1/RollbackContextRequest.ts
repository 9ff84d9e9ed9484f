// Original file: proto/entrain/v1/context.proto

import type { Long } from '@grpc/proto-loader';

export interface RollbackContextRequest {
  'toVersion'?: (number | string | Long);
  'baseVersion'?: (number | string | Long);
  'author'?: (string);
  'reason'?: (string);
  'requestId'?: (string);
  '_baseVersion'?: "baseVersion";
}

export interface RollbackContextRequest__Output {
  'toVersion': (number);
  'baseVersion'?: (number);
  'author': (string);
  'reason': (string);
  'requestId': (string);
  '_baseVersion'?: "baseVersion";
}
