// Original file: proto/entrain/v1/decision.proto

import type { Decision as _entrain_v1_Decision, Decision__Output as _entrain_v1_Decision__Output } from '../../entrain/v1/Decision.ts';

export interface DecideResponse {
  'decision'?: (_entrain_v1_Decision | null);
  'source'?: (string);
  'latencyMs'?: (number | string);
  'contextHit'?: (boolean);
  'repeatedBecause'?: (string);
}

export interface DecideResponse__Output {
  'decision': (_entrain_v1_Decision__Output | null);
  'source': (string);
  'latencyMs': (number);
  'contextHit': (boolean);
  'repeatedBecause': (string);
}
