// Original file: proto/entrain/v1/budget.proto

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
}
