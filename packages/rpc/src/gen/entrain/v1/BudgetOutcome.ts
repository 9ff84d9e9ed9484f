// Original file: proto/entrain/v1/budget.proto

import type { BudgetGrant as _entrain_v1_BudgetGrant, BudgetGrant__Output as _entrain_v1_BudgetGrant__Output } from '../../entrain/v1/BudgetGrant.ts';
import type { BudgetRefusal as _entrain_v1_BudgetRefusal, BudgetRefusal__Output as _entrain_v1_BudgetRefusal__Output } from '../../entrain/v1/BudgetRefusal.ts';

export interface BudgetOutcome {
  'kind'?: (string);
  'grant'?: (_entrain_v1_BudgetGrant | null);
  'leaseUntilMs'?: (number | string);
  'leaseLeftMs'?: (number | string);
  'refusal'?: (_entrain_v1_BudgetRefusal | null);
}

export interface BudgetOutcome__Output {
  'kind': (string);
  'grant': (_entrain_v1_BudgetGrant__Output | null);
  'leaseUntilMs': (number);
  'leaseLeftMs': (number);
  'refusal': (_entrain_v1_BudgetRefusal__Output | null);
}
