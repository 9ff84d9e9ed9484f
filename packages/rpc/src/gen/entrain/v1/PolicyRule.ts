// Original file: proto/entrain/v1/reasoner.proto


export interface PolicyRule {
  'id'?: (string);
  'kind'?: (string);
  'band'?: (string);
  'type'?: (string);
  'action'?: (string);
  'confidence'?: (number | string);
  'reasoning'?: (string);
  'scope'?: (string);
}

export interface PolicyRule__Output {
  'id': (string);
  'kind': (string);
  'band': (string);
  'type': (string);
  'action': (string);
  'confidence': (number);
  'reasoning': (string);
  'scope': (string);
}
