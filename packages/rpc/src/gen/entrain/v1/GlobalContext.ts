// Original file: proto/entrain/v1/reasoner.proto

import type { Quorum as _entrain_v1_Quorum, Quorum__Output as _entrain_v1_Quorum__Output } from '../../entrain/v1/Quorum.ts';
import type { Long } from '@grpc/proto-loader';

export interface GlobalContext {
  'leaderId'?: (string);
  'term'?: (number | string | Long);
  'health'?: (number | string);
  'quorumSize'?: (number);
  'recentDecisions'?: (string)[];
  'role'?: (string);
  'contextVersion'?: (number | string | Long);
  'policyHash'?: (string);
  'fresh'?: (boolean);
  'ageMs'?: (number | string);
  'assignedRole'?: (string);
  'quorum'?: (_entrain_v1_Quorum | null);
  '_health'?: "health";
  '_ageMs'?: "ageMs";
}

export interface GlobalContext__Output {
  'leaderId': (string);
  'term': (number);
  'health'?: (number);
  'quorumSize': (number);
  'recentDecisions': (string)[];
  'role': (string);
  'contextVersion': (number);
  'policyHash': (string);
  'fresh': (boolean);
  'ageMs'?: (number);
  'assignedRole': (string);
  'quorum': (_entrain_v1_Quorum__Output | null);
  '_health'?: "health";
  '_ageMs'?: "ageMs";
}
