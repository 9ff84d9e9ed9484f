// Original file: proto/entrain/v1/budget.proto


export interface ReleaseRateRequest {
  'rate'?: (string);
  'holderId'?: (string);
  'holder'?: (string);
}

export interface ReleaseRateRequest__Output {
  'rate': (string);
  'holderId': (string);
  'holder': (string);
}
