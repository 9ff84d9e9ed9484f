// Original file: proto/entrain/v1/context.proto

import type { Long } from '@grpc/proto-loader';

export interface ContextVersion {
  'version'?: (number | string | Long);
}

export interface ContextVersion__Output {
  'version': (number);
}
