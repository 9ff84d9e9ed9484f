// Original file: proto/entrain/v1/budget.proto

import type { Long } from '@grpc/proto-loader';

export interface BudgetForecast {
  'periodMs'?: (number | string | Long);
  'levelPercent'?: (number);
  'trendPercent'?: (number);
  '_trendPercent'?: "trendPercent";
}

export interface BudgetForecast__Output {
  'periodMs': (number);
  'levelPercent': (number);
  'trendPercent'?: (number);
  '_trendPercent'?: "trendPercent";
}
