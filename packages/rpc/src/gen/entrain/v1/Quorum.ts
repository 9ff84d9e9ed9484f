// Original file: proto/entrain/v1/reasoner.proto


export interface Quorum {
  'present'?: (number);
  'needed'?: (number);
}

export interface Quorum__Output {
  'present': (number);
  'needed': (number);
}
