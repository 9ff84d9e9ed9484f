// Original file: proto/entrain/v1/reasoner.proto

import type { Reading as _entrain_v1_Reading, Reading__Output as _entrain_v1_Reading__Output } from '../../entrain/v1/Reading.ts';
import type { Fingerprint as _entrain_v1_Fingerprint, Fingerprint__Output as _entrain_v1_Fingerprint__Output } from '../../entrain/v1/Fingerprint.ts';
import type { PolicyRule as _entrain_v1_PolicyRule, PolicyRule__Output as _entrain_v1_PolicyRule__Output } from '../../entrain/v1/PolicyRule.ts';
import type { GlobalContext as _entrain_v1_GlobalContext, GlobalContext__Output as _entrain_v1_GlobalContext__Output } from '../../entrain/v1/GlobalContext.ts';

export interface ReasonRequest {
  'reading'?: (_entrain_v1_Reading | null);
  'fingerprint'?: (_entrain_v1_Fingerprint | null);
  'rule'?: (_entrain_v1_PolicyRule | null);
  'context'?: (_entrain_v1_GlobalContext | null);
  'actions'?: (string)[];
  'safeAction'?: (string);
}

export interface ReasonRequest__Output {
  'reading': (_entrain_v1_Reading__Output | null);
  'fingerprint': (_entrain_v1_Fingerprint__Output | null);
  'rule': (_entrain_v1_PolicyRule__Output | null);
  'context': (_entrain_v1_GlobalContext__Output | null);
  'actions': (string)[];
  'safeAction': (string);
}
