// Original file: proto/entrain/v1/reasoner.proto

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
  '_health'?: "health";
  '_ageMs'?: "ageMs";
}
