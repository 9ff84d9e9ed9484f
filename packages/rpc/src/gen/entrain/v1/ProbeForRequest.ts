// Original file: proto/entrain/v1/registry.proto


export interface ProbeForRequest {
  'processId'?: (string);
  'timeoutMs'?: (number | string);
}

export interface ProbeForRequest__Output {
  'processId': (string);
  'timeoutMs': (number);
}
