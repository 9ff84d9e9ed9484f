// Original file: proto/entrain/v1/budget.proto

import type { BudgetForecast as _entrain_v1_BudgetForecast, BudgetForecast__Output as _entrain_v1_BudgetForecast__Output } from '../../entrain/v1/BudgetForecast.ts';
import type { BudgetPolicy as _entrain_v1_BudgetPolicy, BudgetPolicy__Output as _entrain_v1_BudgetPolicy__Output } from '../../entrain/v1/BudgetPolicy.ts';
import type { Long } from '@grpc/proto-loader';

export interface CreateBudgetRequest {
  'budgetId'?: (string);
  'parentId'?: (string);
  'limits'?: ({[key: string]: number | string | Long});
  'kinds'?: ({[key: string]: string});
  'strategy'?: (string);
  'weight'?: (number);
  'leaseMs'?: (number | string | Long);
  'forecast'?: (_entrain_v1_BudgetForecast | null);
  'policy'?: (_entrain_v1_BudgetPolicy | null);
}

export interface CreateBudgetRequest__Output {
  'budgetId': (string);
  'parentId': (string);
  'limits': ({[key: string]: number});
  'kinds': ({[key: string]: string});
  'strategy': (string);
  'weight': (number);
  'leaseMs': (number);
  'forecast': (_entrain_v1_BudgetForecast__Output | null);
  'policy': (_entrain_v1_BudgetPolicy__Output | null);
}
