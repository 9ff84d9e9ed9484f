// Original file: proto/entrain/v1/budget.proto

import type { Budget as _entrain_v1_Budget, Budget__Output as _entrain_v1_Budget__Output } from '../../entrain/v1/Budget.ts';
import type { Long } from '@grpc/proto-loader';

export interface BudgetList {
  'budgets'?: (_entrain_v1_Budget)[];
  'next'?: (number | string | Long);
}

export interface BudgetList__Output {
  'budgets': (_entrain_v1_Budget__Output)[];
  'next': (number);
}
