// Original file: proto/entrain/v1/budget.proto


export interface ReleaseAllocationRequest {
  'budgetId'?: (string);
  'allocationId'?: (string);
}

export interface ReleaseAllocationRequest__Output {
  'budgetId': (string);
  'allocationId': (string);
}
