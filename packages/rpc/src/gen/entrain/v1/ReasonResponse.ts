// Original file: proto/entrain/v1/reasoner.proto


export interface ReasonResponse {
  'type'?: (string);
  'action'?: (string);
  'confidence'?: (number | string);
  'reasoning'?: (string);
  'cost'?: (number | string);
  '_cost'?: "cost";
}

export interface ReasonResponse__Output {
  'type': (string);
  'action': (string);
  'confidence': (number);
  'reasoning': (string);
  'cost'?: (number);
  '_cost'?: "cost";
}
