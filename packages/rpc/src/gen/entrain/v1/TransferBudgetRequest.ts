// Original file: proto/entrain/v1/budget.proto

import type { Long } from '@grpc/proto-loader';

export interface TransferBudgetRequest {
  'fromBudgetId'?: (string);
  'toBudgetId'?: (string);
  'amounts'?: ({[key: string]: number | string | Long});
  'requestId'?: (string);
}

export interface TransferBudgetRequest__Output {
  'fromBudgetId': (string);
  'toBudgetId': (string);
  'amounts': ({[key: string]: number});
  'requestId': (string);
}
