// Original file: proto/entrain/v1/coordination.proto


export interface ListenRequest {
  'processId'?: (string);
  'patterns'?: (string)[];
}

export interface ListenRequest__Output {
  'processId': (string);
  'patterns': (string)[];
}
