// Original file: proto/entrain/v1/budget.proto

import type { Long } from '@grpc/proto-loader';

export interface BudgetGrant {
  'allocationId'?: (string);
  'budgetId'?: (string);
  'amounts'?: ({[key: string]: number | string | Long});
  'leaseUntilMs'?: (number | string);
  'leaseLeftMs'?: (number | string);
  'repeated'?: (boolean);
}

export interface BudgetGrant__Output {
  'allocationId': (string);
  'budgetId': (string);
  'amounts': ({[key: string]: number});
  'leaseUntilMs': (number);
  'leaseLeftMs': (number);
  'repeated': (boolean);
}
