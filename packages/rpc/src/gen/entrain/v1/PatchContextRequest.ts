// Original file: proto/entrain/v1/context.proto

import type { Long } from '@grpc/proto-loader';

export interface PatchContextRequest {
  'mergePatchJson'?: (string);
  'jsonPatchJson'?: (string);
  'baseVersion'?: (number | string | Long);
  'author'?: (string);
  'reason'?: (string);
  'requestId'?: (string);
  'patch'?: "mergePatchJson"|"jsonPatchJson";
  '_baseVersion'?: "baseVersion";
}

export interface PatchContextRequest__Output {
  'mergePatchJson'?: (string);
  'jsonPatchJson'?: (string);
  'baseVersion'?: (number);
  'author': (string);
  'reason': (string);
  'requestId': (string);
  'patch'?: "mergePatchJson"|"jsonPatchJson";
  '_baseVersion'?: "baseVersion";
}
