// Original file: proto/entrain/v1/agent.proto


export interface ResignRequest {
  'agentId'?: (string);
}

export interface ResignRequest__Output {
  'agentId': (string);
}
