// Original file: proto/entrain/v1/budget.proto

import type { BudgetPolicy as _entrain_v1_BudgetPolicy, BudgetPolicy__Output as _entrain_v1_BudgetPolicy__Output } from '../../entrain/v1/BudgetPolicy.ts';
import type { Long } from '@grpc/proto-loader';

export interface Budget {
  'budgetId'?: (string);
  'parentId'?: (string);
  'strategy'?: (string);
  'kinds'?: ({[key: string]: string});
  'limits'?: ({[key: string]: number | string | Long});
  'granted'?: ({[key: string]: number | string | Long});
  'used'?: ({[key: string]: number | string | Long});
  'presumed'?: ({[key: string]: number | string | Long});
  'available'?: ({[key: string]: number | string | Long});
  'leases'?: (number);
  'children'?: (number);
  'leaseUntilMs'?: (number | string);
  'closing'?: (boolean);
  'policy'?: (_entrain_v1_BudgetPolicy | null);
}

export interface Budget__Output {
  'budgetId': (string);
  'parentId': (string);
  'strategy': (string);
  'kinds': ({[key: string]: string});
  'limits': ({[key: string]: number});
  'granted': ({[key: string]: number});
  'used': ({[key: string]: number});
  'presumed': ({[key: string]: number});
  'available': ({[key: string]: number});
  'leases': (number);
  'children': (number);
  'leaseUntilMs': (number);
  'closing': (boolean);
  'policy': (_entrain_v1_BudgetPolicy__Output | null);
}
