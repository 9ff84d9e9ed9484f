// Original file: proto/entrain/v1/decision.proto

import type { Reading as _entrain_v1_Reading, Reading__Output as _entrain_v1_Reading__Output } from '../../entrain/v1/Reading.ts';
import type { FleetMember as _entrain_v1_FleetMember, FleetMember__Output as _entrain_v1_FleetMember__Output } from '../../entrain/v1/FleetMember.ts';
import type { Approval as _entrain_v1_Approval, Approval__Output as _entrain_v1_Approval__Output } from '../../entrain/v1/Approval.ts';
import type { Long } from '@grpc/proto-loader';

export interface DecisionInput {
  'reading'?: (_entrain_v1_Reading | null);
  'health'?: (number | string);
  'safeMode'?: (boolean);
  'contextVersion'?: (number | string | Long);
  'policyHash'?: (string);
  'fleet'?: (_entrain_v1_FleetMember)[];
  'approval'?: (_entrain_v1_Approval | null);
  '_health'?: "health";
}

export interface DecisionInput__Output {
  'reading': (_entrain_v1_Reading__Output | null);
  'health'?: (number);
  'safeMode': (boolean);
  'contextVersion': (number);
  'policyHash': (string);
  'fleet': (_entrain_v1_FleetMember__Output)[];
  'approval': (_entrain_v1_Approval__Output | null);
  '_health'?: "health";
}
