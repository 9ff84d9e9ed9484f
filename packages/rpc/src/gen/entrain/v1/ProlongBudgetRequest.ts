// Original file: proto/entrain/v1/budget.proto

import type { Long } from '@grpc/proto-loader';

export interface ProlongBudgetRequest {
  'budgetId'?: (string);
  'leaseMs'?: (number | string | Long);
}

export interface ProlongBudgetRequest__Output {
  'budgetId': (string);
  'leaseMs': (number);
}
