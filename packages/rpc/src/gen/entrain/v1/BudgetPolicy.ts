// Original file: proto/entrain/v1/budget.proto

import type { BudgetExhaustion as _entrain_v1_BudgetExhaustion, BudgetExhaustion__Output as _entrain_v1_BudgetExhaustion__Output } from '../../entrain/v1/BudgetExhaustion.ts';

export interface BudgetPolicy {
  'reserves'?: ({[key: string]: number});
  'tiers'?: ({[key: string]: number});
  'exhaustion'?: (_entrain_v1_BudgetExhaustion | null);
}

export interface BudgetPolicy__Output {
  'reserves': ({[key: string]: number});
  'tiers': ({[key: string]: number});
  'exhaustion': (_entrain_v1_BudgetExhaustion__Output | null);
}
