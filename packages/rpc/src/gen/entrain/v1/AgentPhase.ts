// Original file: proto/entrain/v1/phase.proto

import type { Lineage as _entrain_v1_Lineage, Lineage__Output as _entrain_v1_Lineage__Output } from '../../entrain/v1/Lineage.ts';
import type { Long } from '@grpc/proto-loader';

export interface AgentPhase {
  'agentId'?: (string);
  'incarnation'?: (number | string | Long);
  'beat'?: (number | string | Long);
  'phaseRad'?: (number | string);
  'lineage'?: (_entrain_v1_Lineage | null);
  'offsetCycles'?: (number | string);
  'influence'?: (number | string);
  '_influence'?: "influence";
}

export interface AgentPhase__Output {
  'agentId': (string);
  'incarnation': (number);
  'beat': (number);
  'phaseRad': (number);
  'lineage': (_entrain_v1_Lineage__Output | null);
  'offsetCycles': (number);
  'influence'?: (number);
  '_influence'?: "influence";
}
