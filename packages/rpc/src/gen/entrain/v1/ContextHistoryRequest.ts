// Original file: proto/entrain/v1/context.proto

import type { Long } from '@grpc/proto-loader';

export interface ContextHistoryRequest {
  'beforeVersion'?: (number | string | Long);
  'limit'?: (number);
}

export interface ContextHistoryRequest__Output {
  'beforeVersion': (number);
  'limit': (number);
}
