// Original file: proto/entrain/v1/budget.proto

import type { Long } from '@grpc/proto-loader';

export interface AllocateRequest {
  'budgetId'?: (string);
  'requestId'?: (string);
  'amounts'?: ({[key: string]: number | string | Long});
  'leaseMs'?: (number | string | Long);
  'holder'?: (string);
  'priority'?: (number);
  'reserve'?: (string);
  'tier'?: (string);
  'keepPlaceMs'?: (number | string | Long);
  'least'?: ({[key: string]: number | string | Long});
}

export interface AllocateRequest__Output {
  'budgetId': (string);
  'requestId': (string);
  'amounts': ({[key: string]: number});
  'leaseMs': (number);
  'holder': (string);
  'priority': (number);
  'reserve': (string);
  'tier': (string);
  'keepPlaceMs': (number);
  'least': ({[key: string]: number});
}
