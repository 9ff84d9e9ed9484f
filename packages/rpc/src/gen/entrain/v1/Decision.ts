// Original file: proto/entrain/v1/decision.proto

import type { DecisionInput as _entrain_v1_DecisionInput, DecisionInput__Output as _entrain_v1_DecisionInput__Output } from '../../entrain/v1/DecisionInput.ts';
import type { DirectiveTerms as _entrain_v1_DirectiveTerms, DirectiveTerms__Output as _entrain_v1_DirectiveTerms__Output } from '../../entrain/v1/DirectiveTerms.ts';
import type { Long } from '@grpc/proto-loader';

export interface Decision {
  'decisionId'?: (string);
  'incidentId'?: (string);
  'type'?: (string);
  'action'?: (string);
  'confidence'?: (number | string);
  'reasoning'?: (string);
  'term'?: (number | string | Long);
  'contextVersion'?: (number | string | Long);
  'policyHash'?: (string);
  'input'?: (_entrain_v1_DecisionInput | null);
  'inputHash'?: (string);
  'committedBy'?: (string);
  'committedAtMs'?: (number | string | Long);
  'directive'?: (_entrain_v1_DirectiveTerms | null);
  'traceparent'?: (string);
  'tracestate'?: (string);
}

export interface Decision__Output {
  'decisionId': (string);
  'incidentId': (string);
  'type': (string);
  'action': (string);
  'confidence': (number);
  'reasoning': (string);
  'term': (number);
  'contextVersion': (number);
  'policyHash': (string);
  'input': (_entrain_v1_DecisionInput__Output | null);
  'inputHash': (string);
  'committedBy': (string);
  'committedAtMs': (number);
  'directive': (_entrain_v1_DirectiveTerms__Output | null);
  'traceparent': (string);
  'tracestate': (string);
}
