// Original file: proto/entrain/v1/budget.proto

import type { Long } from '@grpc/proto-loader';

export interface ExtendAllocationRequest {
  'budgetId'?: (string);
  'allocationId'?: (string);
  'leaseMs'?: (number | string | Long);
}

export interface ExtendAllocationRequest__Output {
  'budgetId': (string);
  'allocationId': (string);
  'leaseMs': (number);
}
