// Original file: proto/entrain/v1/budget.proto

import type { Long } from '@grpc/proto-loader';

export interface CreateBudgetRequest {
  'budgetId'?: (string);
  'parentId'?: (string);
  'limits'?: ({[key: string]: number | string | Long});
  'kinds'?: ({[key: string]: string});
  'strategy'?: (string);
  'weight'?: (number);
  'leaseMs'?: (number | string | Long);
}

export interface CreateBudgetRequest__Output {
  'budgetId': (string);
  'parentId': (string);
  'limits': ({[key: string]: number});
  'kinds': ({[key: string]: string});
  'strategy': (string);
  'weight': (number);
  'leaseMs': (number);
}
