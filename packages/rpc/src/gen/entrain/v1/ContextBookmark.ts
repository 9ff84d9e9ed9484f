// Original file: proto/entrain/v1/context.proto

import type { Long } from '@grpc/proto-loader';

export interface ContextBookmark {
  'version'?: (number | string | Long);
}

export interface ContextBookmark__Output {
  'version': (number);
}
