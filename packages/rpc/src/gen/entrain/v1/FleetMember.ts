// Original file: proto/entrain/v1/decision.proto


export interface FleetMember {
  'agentId'?: (string);
  'health'?: (number | string);
  'missing'?: (boolean);
}

export interface FleetMember__Output {
  'agentId': (string);
  'health': (number);
  'missing': (boolean);
}
