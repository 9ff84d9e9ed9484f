// Original file: proto/entrain/v1/budget.proto

import type { Long } from '@grpc/proto-loader';

export interface RateShare {
  'grantedMilli'?: (number | string | Long);
  'settled'?: (boolean);
  'storeMs'?: (number | string);
  'recovering'?: (boolean);
  'limitMilli'?: (number | string | Long);
}

export interface RateShare__Output {
  'grantedMilli': (number);
  'settled': (boolean);
  'storeMs': (number);
  'recovering': (boolean);
  'limitMilli': (number);
}
