// Original file: proto/entrain/v1/context.proto


export interface GetContextRequest {
}

export interface GetContextRequest__Output {
}
