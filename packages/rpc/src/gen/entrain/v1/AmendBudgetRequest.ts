// Original file: proto/entrain/v1/budget.proto

import type { BudgetPolicy as _entrain_v1_BudgetPolicy, BudgetPolicy__Output as _entrain_v1_BudgetPolicy__Output } from '../../entrain/v1/BudgetPolicy.ts';
import type { Long } from '@grpc/proto-loader';

export interface AmendBudgetRequest {
  'budgetId'?: (string);
  'limits'?: ({[key: string]: number | string | Long});
  'policy'?: (_entrain_v1_BudgetPolicy | null);
  'base'?: (_entrain_v1_BudgetPolicy | null);
  'overwrite'?: (boolean);
}

export interface AmendBudgetRequest__Output {
  'budgetId': (string);
  'limits': ({[key: string]: number});
  'policy': (_entrain_v1_BudgetPolicy__Output | null);
  'base': (_entrain_v1_BudgetPolicy__Output | null);
  'overwrite': (boolean);
}
