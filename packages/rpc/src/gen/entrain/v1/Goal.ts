// Original file: proto/entrain/v1/phase.proto

import type { Long } from '@grpc/proto-loader';

export interface Goal {
  'goalVersion'?: (number);
  'kind'?: (string);
  'periodNs'?: (number | string | Long);
  'anchorUnixMs'?: (number | string);
  'anchorBeat'?: (number | string | Long);
  'effectiveBeat'?: (number | string | Long);
  'groups'?: (number);
  'coherence'?: (number | string);
  'trust'?: (string);
  'strategies'?: (string)[];
  'periodFromCycle'?: (number | string);
  '_periodFromCycle'?: "periodFromCycle";
}

export interface Goal__Output {
  'goalVersion': (number);
  'kind': (string);
  'periodNs': (number);
  'anchorUnixMs': (number);
  'anchorBeat': (number);
  'effectiveBeat': (number);
  'groups': (number);
  'coherence': (number);
  'trust': (string);
  'strategies': (string)[];
  'periodFromCycle'?: (number);
  '_periodFromCycle'?: "periodFromCycle";
}
