// Original file: proto/entrain/v1/budget.proto

import type { Long } from '@grpc/proto-loader';

export interface RefreshRateRequest {
  'rate'?: (string);
  'holderId'?: (string);
  'sequence'?: (number | string | Long);
  'hasMilli'?: (number | string | Long);
  'wantsMilli'?: (number | string | Long);
  'limitMilli'?: (number | string | Long);
  'holder'?: (string);
}

export interface RefreshRateRequest__Output {
  'rate': (string);
  'holderId': (string);
  'sequence': (number);
  'hasMilli': (number);
  'wantsMilli': (number);
  'limitMilli': (number);
  'holder': (string);
}
