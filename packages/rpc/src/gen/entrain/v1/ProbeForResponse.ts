// Original file: proto/entrain/v1/registry.proto


export interface ProbeForResponse {
  'result'?: (string);
}

export interface ProbeForResponse__Output {
  'result': (string);
}
