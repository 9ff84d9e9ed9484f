// Original file: proto/entrain/v1/agent.proto

import type { Reading as _entrain_v1_Reading, Reading__Output as _entrain_v1_Reading__Output } from '../../entrain/v1/Reading.ts';

export interface InjectTelemetryRequest {
  'reading'?: (_entrain_v1_Reading | null);
  'incidentId'?: (string);
}

export interface InjectTelemetryRequest__Output {
  'reading': (_entrain_v1_Reading__Output | null);
  'incidentId': (string);
}
