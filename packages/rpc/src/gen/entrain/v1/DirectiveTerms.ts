// Original file: proto/entrain/v1/decision.proto

import type { Long } from '@grpc/proto-loader';

export interface DirectiveTerms {
  'scope'?: (string);
  'targets'?: (string)[];
  'deadlineMs'?: (number | string | Long);
  'complianceMin'?: (number | string);
  'missing'?: (string)[];
}

export interface DirectiveTerms__Output {
  'scope': (string);
  'targets': (string)[];
  'deadlineMs': (number);
  'complianceMin': (number);
  'missing': (string)[];
}
