// Original file: proto/entrain/v1/agent.proto


export interface ResignResponse {
  'resigned'?: (boolean);
}

export interface ResignResponse__Output {
  'resigned': (boolean);
}
