// Original file: proto/entrain/v1/phase.proto

import type { Long } from '@grpc/proto-loader';

export interface Lineage {
  'epochUnixMs'?: (number | string | Long);
  'founderId'?: (string);
}

export interface Lineage__Output {
  'epochUnixMs': (number);
  'founderId': (string);
}
