// Original file: proto/entrain/v1/budget.proto

import type { Long } from '@grpc/proto-loader';

export interface BudgetRefusal {
  'kind'?: (string);
  'message'?: (string);
  'budgetId'?: (string);
  'allocationId'?: (string);
  'requestId'?: (string);
  'resource'?: (string);
  'remaining'?: ({[key: string]: number | string | Long});
  'preempted'?: (number);
  'leaseUntilMs'?: (number | string);
  'limit'?: (number | string | Long);
  'fromBudgetId'?: (string);
  'toBudgetId'?: (string);
  'what'?: (string);
  'waitMs'?: (number | string | Long);
  'field'?: (string);
  'name'?: (string);
}

export interface BudgetRefusal__Output {
  'kind': (string);
  'message': (string);
  'budgetId': (string);
  'allocationId': (string);
  'requestId': (string);
  'resource': (string);
  'remaining': ({[key: string]: number});
  'preempted': (number);
  'leaseUntilMs': (number);
  'limit': (number);
  'fromBudgetId': (string);
  'toBudgetId': (string);
  'what': (string);
  'waitMs': (number);
  'field': (string);
  'name': (string);
}
