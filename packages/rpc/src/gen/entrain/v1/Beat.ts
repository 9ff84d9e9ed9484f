// Original file: proto/entrain/v1/agent.proto

import type { Long } from '@grpc/proto-loader';

export interface Beat {
  'agentId'?: (string);
  'goalVersion'?: (number);
  'beat'?: (number | string | Long);
  'intendedNs'?: (number | string | Long);
  'firedNs'?: (number | string | Long);
  'skipped'?: (number);
  'offsetNs'?: (number | string);
}

export interface Beat__Output {
  'agentId': (string);
  'goalVersion': (number);
  'beat': (number);
  'intendedNs': (number);
  'firedNs': (number);
  'skipped': (number);
  'offsetNs': (number);
}
