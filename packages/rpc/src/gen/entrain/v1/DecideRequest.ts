// Original file: proto/entrain/v1/decision.proto

import type { Reading as _entrain_v1_Reading, Reading__Output as _entrain_v1_Reading__Output } from '../../entrain/v1/Reading.ts';
import type { Leadership as _entrain_v1_Leadership, Leadership__Output as _entrain_v1_Leadership__Output } from '../../entrain/v1/Leadership.ts';
import type { Long } from '@grpc/proto-loader';

export interface DecideRequest {
  'agentId'?: (string);
  'incarnation'?: (number | string | Long);
  'reading'?: (_entrain_v1_Reading | null);
  'incidentId'?: (string);
  'leadership'?: (_entrain_v1_Leadership | null);
  'assignedRole'?: (string);
}

export interface DecideRequest__Output {
  'agentId': (string);
  'incarnation': (number);
  'reading': (_entrain_v1_Reading__Output | null);
  'incidentId': (string);
  'leadership': (_entrain_v1_Leadership__Output | null);
  'assignedRole': (string);
}
