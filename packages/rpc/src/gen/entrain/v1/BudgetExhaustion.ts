// Original file: proto/entrain/v1/budget.proto

import type { Long } from '@grpc/proto-loader';

export interface BudgetExhaustion {
  'kind'?: (string);
  'waitMs'?: (number | string | Long);
  'leastPercent'?: (number);
}

export interface BudgetExhaustion__Output {
  'kind': (string);
  'waitMs': (number);
  'leastPercent': (number);
}
