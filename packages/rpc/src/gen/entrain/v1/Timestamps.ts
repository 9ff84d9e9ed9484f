// Original file: proto/entrain/v1/phase.proto

import type { Long } from '@grpc/proto-loader';

export interface Timestamps {
  'sentNs'?: (number | string | Long);
  'echoSentNs'?: (number | string | Long);
  'echoReceivedNs'?: (number | string | Long);
}

export interface Timestamps__Output {
  'sentNs': (number);
  'echoSentNs': (number);
  'echoReceivedNs': (number);
}
