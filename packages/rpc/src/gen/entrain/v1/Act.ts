// Original file: proto/entrain/v1/decision.proto

import type { Long } from '@grpc/proto-loader';

export interface Act {
  'agentId'?: (string);
  'incidentId'?: (string);
  'decisionId'?: (string);
  'action'?: (string);
  'source'?: (string);
  'atMs'?: (number | string | Long);
}

export interface Act__Output {
  'agentId': (string);
  'incidentId': (string);
  'decisionId': (string);
  'action': (string);
  'source': (string);
  'atMs': (number);
}
