// Original file: proto/entrain/v1/decision.proto


export interface Approval {
  'proposalId'?: (string);
  'passed'?: (boolean);
  'yes'?: (number);
  'voters'?: (number);
}

export interface Approval__Output {
  'proposalId': (string);
  'passed': (boolean);
  'yes': (number);
  'voters': (number);
}
