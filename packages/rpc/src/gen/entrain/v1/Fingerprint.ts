// Original file: proto/entrain/v1/reasoner.proto


export interface Fingerprint {
  'kind'?: (string);
  'subject'?: (string);
  'band'?: (string);
}

export interface Fingerprint__Output {
  'kind': (string);
  'subject': (string);
  'band': (string);
}
