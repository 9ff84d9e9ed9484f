// Original file: proto/entrain/v1/decision.proto

import type { Long } from '@grpc/proto-loader';

export interface Leadership {
  'agentId'?: (string);
  'incarnation'?: (number | string | Long);
  'term'?: (number | string | Long);
  'generation'?: (number | string | Long);
}

export interface Leadership__Output {
  'agentId': (string);
  'incarnation': (number);
  'term': (number);
  'generation': (number);
}
