// Original file: proto/entrain/v1/budget.proto


export interface CloseBudgetRequest {
  'budgetId'?: (string);
}

export interface CloseBudgetRequest__Output {
  'budgetId': (string);
}
