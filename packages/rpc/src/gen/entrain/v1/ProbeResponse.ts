// Original file: proto/entrain/v1/registry.proto


export interface ProbeResponse {
  'processId'?: (string);
}

export interface ProbeResponse__Output {
  'processId': (string);
}
