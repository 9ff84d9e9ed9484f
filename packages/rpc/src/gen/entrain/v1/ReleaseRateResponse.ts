// Original file: proto/entrain/v1/budget.proto


export interface ReleaseRateResponse {
}

export interface ReleaseRateResponse__Output {
}
