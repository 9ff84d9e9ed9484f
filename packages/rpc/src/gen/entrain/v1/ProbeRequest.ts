// Original file: proto/entrain/v1/registry.proto


export interface ProbeRequest {
}

export interface ProbeRequest__Output {
}
