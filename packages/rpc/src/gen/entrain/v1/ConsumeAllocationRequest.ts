// Original file: proto/entrain/v1/budget.proto

import type { Long } from '@grpc/proto-loader';

export interface ConsumeAllocationRequest {
  'budgetId'?: (string);
  'allocationId'?: (string);
  'consumed'?: ({[key: string]: number | string | Long});
}

export interface ConsumeAllocationRequest__Output {
  'budgetId': (string);
  'allocationId': (string);
  'consumed': ({[key: string]: number});
}
