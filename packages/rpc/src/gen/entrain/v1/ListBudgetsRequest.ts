// Original file: proto/entrain/v1/budget.proto

import type { Long } from '@grpc/proto-loader';

export interface ListBudgetsRequest {
  'budgetIds'?: (string)[];
  'limit'?: (number);
  'after'?: (number | string | Long);
}

export interface ListBudgetsRequest__Output {
  'budgetIds': (string)[];
  'limit': (number);
  'after': (number);
}
