// Original file: proto/entrain/v1/coordination.proto


export interface LiveMessage {
  'messageId'?: (string);
  'topic'?: (string);
  'agentId'?: (string);
  'bodyJson'?: (string);
  'traceparent'?: (string);
  'tracestate'?: (string);
}

export interface LiveMessage__Output {
  'messageId': (string);
  'topic': (string);
  'agentId': (string);
  'bodyJson': (string);
  'traceparent': (string);
  'tracestate': (string);
}
