// Original file: proto/entrain/v1/context.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AllocateRequest as _entrain_v1_AllocateRequest, AllocateRequest__Output as _entrain_v1_AllocateRequest__Output } from '../../entrain/v1/AllocateRequest.ts';
import type { AmendBudgetRequest as _entrain_v1_AmendBudgetRequest, AmendBudgetRequest__Output as _entrain_v1_AmendBudgetRequest__Output } from '../../entrain/v1/AmendBudgetRequest.ts';
import type { BudgetList as _entrain_v1_BudgetList, BudgetList__Output as _entrain_v1_BudgetList__Output } from '../../entrain/v1/BudgetList.ts';
import type { BudgetOutcome as _entrain_v1_BudgetOutcome, BudgetOutcome__Output as _entrain_v1_BudgetOutcome__Output } from '../../entrain/v1/BudgetOutcome.ts';
import type { CloseBudgetRequest as _entrain_v1_CloseBudgetRequest, CloseBudgetRequest__Output as _entrain_v1_CloseBudgetRequest__Output } from '../../entrain/v1/CloseBudgetRequest.ts';
import type { ConsumeAllocationRequest as _entrain_v1_ConsumeAllocationRequest, ConsumeAllocationRequest__Output as _entrain_v1_ConsumeAllocationRequest__Output } from '../../entrain/v1/ConsumeAllocationRequest.ts';
import type { ContextDocument as _entrain_v1_ContextDocument, ContextDocument__Output as _entrain_v1_ContextDocument__Output } from '../../entrain/v1/ContextDocument.ts';
import type { ContextHistory as _entrain_v1_ContextHistory, ContextHistory__Output as _entrain_v1_ContextHistory__Output } from '../../entrain/v1/ContextHistory.ts';
import type { ContextHistoryRequest as _entrain_v1_ContextHistoryRequest, ContextHistoryRequest__Output as _entrain_v1_ContextHistoryRequest__Output } from '../../entrain/v1/ContextHistoryRequest.ts';
import type { ContextNews as _entrain_v1_ContextNews, ContextNews__Output as _entrain_v1_ContextNews__Output } from '../../entrain/v1/ContextNews.ts';
import type { ContextVersion as _entrain_v1_ContextVersion, ContextVersion__Output as _entrain_v1_ContextVersion__Output } from '../../entrain/v1/ContextVersion.ts';
import type { CreateBudgetRequest as _entrain_v1_CreateBudgetRequest, CreateBudgetRequest__Output as _entrain_v1_CreateBudgetRequest__Output } from '../../entrain/v1/CreateBudgetRequest.ts';
import type { ExtendAllocationRequest as _entrain_v1_ExtendAllocationRequest, ExtendAllocationRequest__Output as _entrain_v1_ExtendAllocationRequest__Output } from '../../entrain/v1/ExtendAllocationRequest.ts';
import type { GetContextRequest as _entrain_v1_GetContextRequest, GetContextRequest__Output as _entrain_v1_GetContextRequest__Output } from '../../entrain/v1/GetContextRequest.ts';
import type { ListBudgetsRequest as _entrain_v1_ListBudgetsRequest, ListBudgetsRequest__Output as _entrain_v1_ListBudgetsRequest__Output } from '../../entrain/v1/ListBudgetsRequest.ts';
import type { PatchContextRequest as _entrain_v1_PatchContextRequest, PatchContextRequest__Output as _entrain_v1_PatchContextRequest__Output } from '../../entrain/v1/PatchContextRequest.ts';
import type { ProlongBudgetRequest as _entrain_v1_ProlongBudgetRequest, ProlongBudgetRequest__Output as _entrain_v1_ProlongBudgetRequest__Output } from '../../entrain/v1/ProlongBudgetRequest.ts';
import type { RateShare as _entrain_v1_RateShare, RateShare__Output as _entrain_v1_RateShare__Output } from '../../entrain/v1/RateShare.ts';
import type { RefreshRateRequest as _entrain_v1_RefreshRateRequest, RefreshRateRequest__Output as _entrain_v1_RefreshRateRequest__Output } from '../../entrain/v1/RefreshRateRequest.ts';
import type { ReleaseAllocationRequest as _entrain_v1_ReleaseAllocationRequest, ReleaseAllocationRequest__Output as _entrain_v1_ReleaseAllocationRequest__Output } from '../../entrain/v1/ReleaseAllocationRequest.ts';
import type { ReleaseRateRequest as _entrain_v1_ReleaseRateRequest, ReleaseRateRequest__Output as _entrain_v1_ReleaseRateRequest__Output } from '../../entrain/v1/ReleaseRateRequest.ts';
import type { ReleaseRateResponse as _entrain_v1_ReleaseRateResponse, ReleaseRateResponse__Output as _entrain_v1_ReleaseRateResponse__Output } from '../../entrain/v1/ReleaseRateResponse.ts';
import type { RollbackContextRequest as _entrain_v1_RollbackContextRequest, RollbackContextRequest__Output as _entrain_v1_RollbackContextRequest__Output } from '../../entrain/v1/RollbackContextRequest.ts';
import type { TransferBudgetRequest as _entrain_v1_TransferBudgetRequest, TransferBudgetRequest__Output as _entrain_v1_TransferBudgetRequest__Output } from '../../entrain/v1/TransferBudgetRequest.ts';
import type { WatchContextRequest as _entrain_v1_WatchContextRequest, WatchContextRequest__Output as _entrain_v1_WatchContextRequest__Output } from '../../entrain/v1/WatchContextRequest.ts';

export interface ContextServiceClient extends grpc.Client {
  Allocate(argument: _entrain_v1_AllocateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  Allocate(argument: _entrain_v1_AllocateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  Allocate(argument: _entrain_v1_AllocateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  Allocate(argument: _entrain_v1_AllocateRequest, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  allocate(argument: _entrain_v1_AllocateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  allocate(argument: _entrain_v1_AllocateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  allocate(argument: _entrain_v1_AllocateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  allocate(argument: _entrain_v1_AllocateRequest, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  
  AmendBudget(argument: _entrain_v1_AmendBudgetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  AmendBudget(argument: _entrain_v1_AmendBudgetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  AmendBudget(argument: _entrain_v1_AmendBudgetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  AmendBudget(argument: _entrain_v1_AmendBudgetRequest, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  amendBudget(argument: _entrain_v1_AmendBudgetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  amendBudget(argument: _entrain_v1_AmendBudgetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  amendBudget(argument: _entrain_v1_AmendBudgetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  amendBudget(argument: _entrain_v1_AmendBudgetRequest, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  
  CloseBudget(argument: _entrain_v1_CloseBudgetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  CloseBudget(argument: _entrain_v1_CloseBudgetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  CloseBudget(argument: _entrain_v1_CloseBudgetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  CloseBudget(argument: _entrain_v1_CloseBudgetRequest, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  closeBudget(argument: _entrain_v1_CloseBudgetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  closeBudget(argument: _entrain_v1_CloseBudgetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  closeBudget(argument: _entrain_v1_CloseBudgetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  closeBudget(argument: _entrain_v1_CloseBudgetRequest, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  
  ConsumeAllocation(argument: _entrain_v1_ConsumeAllocationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  ConsumeAllocation(argument: _entrain_v1_ConsumeAllocationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  ConsumeAllocation(argument: _entrain_v1_ConsumeAllocationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  ConsumeAllocation(argument: _entrain_v1_ConsumeAllocationRequest, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  consumeAllocation(argument: _entrain_v1_ConsumeAllocationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  consumeAllocation(argument: _entrain_v1_ConsumeAllocationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  consumeAllocation(argument: _entrain_v1_ConsumeAllocationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  consumeAllocation(argument: _entrain_v1_ConsumeAllocationRequest, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  
  CreateBudget(argument: _entrain_v1_CreateBudgetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  CreateBudget(argument: _entrain_v1_CreateBudgetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  CreateBudget(argument: _entrain_v1_CreateBudgetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  CreateBudget(argument: _entrain_v1_CreateBudgetRequest, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  createBudget(argument: _entrain_v1_CreateBudgetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  createBudget(argument: _entrain_v1_CreateBudgetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  createBudget(argument: _entrain_v1_CreateBudgetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  createBudget(argument: _entrain_v1_CreateBudgetRequest, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  
  ExtendAllocation(argument: _entrain_v1_ExtendAllocationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  ExtendAllocation(argument: _entrain_v1_ExtendAllocationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  ExtendAllocation(argument: _entrain_v1_ExtendAllocationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  ExtendAllocation(argument: _entrain_v1_ExtendAllocationRequest, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  extendAllocation(argument: _entrain_v1_ExtendAllocationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  extendAllocation(argument: _entrain_v1_ExtendAllocationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  extendAllocation(argument: _entrain_v1_ExtendAllocationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  extendAllocation(argument: _entrain_v1_ExtendAllocationRequest, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  
  Get(argument: _entrain_v1_GetContextRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextDocument__Output>): grpc.ClientUnaryCall;
  Get(argument: _entrain_v1_GetContextRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ContextDocument__Output>): grpc.ClientUnaryCall;
  Get(argument: _entrain_v1_GetContextRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextDocument__Output>): grpc.ClientUnaryCall;
  Get(argument: _entrain_v1_GetContextRequest, callback: grpc.requestCallback<_entrain_v1_ContextDocument__Output>): grpc.ClientUnaryCall;
  get(argument: _entrain_v1_GetContextRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextDocument__Output>): grpc.ClientUnaryCall;
  get(argument: _entrain_v1_GetContextRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ContextDocument__Output>): grpc.ClientUnaryCall;
  get(argument: _entrain_v1_GetContextRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextDocument__Output>): grpc.ClientUnaryCall;
  get(argument: _entrain_v1_GetContextRequest, callback: grpc.requestCallback<_entrain_v1_ContextDocument__Output>): grpc.ClientUnaryCall;
  
  History(argument: _entrain_v1_ContextHistoryRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextHistory__Output>): grpc.ClientUnaryCall;
  History(argument: _entrain_v1_ContextHistoryRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ContextHistory__Output>): grpc.ClientUnaryCall;
  History(argument: _entrain_v1_ContextHistoryRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextHistory__Output>): grpc.ClientUnaryCall;
  History(argument: _entrain_v1_ContextHistoryRequest, callback: grpc.requestCallback<_entrain_v1_ContextHistory__Output>): grpc.ClientUnaryCall;
  history(argument: _entrain_v1_ContextHistoryRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextHistory__Output>): grpc.ClientUnaryCall;
  history(argument: _entrain_v1_ContextHistoryRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ContextHistory__Output>): grpc.ClientUnaryCall;
  history(argument: _entrain_v1_ContextHistoryRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextHistory__Output>): grpc.ClientUnaryCall;
  history(argument: _entrain_v1_ContextHistoryRequest, callback: grpc.requestCallback<_entrain_v1_ContextHistory__Output>): grpc.ClientUnaryCall;
  
  ListBudgets(argument: _entrain_v1_ListBudgetsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetList__Output>): grpc.ClientUnaryCall;
  ListBudgets(argument: _entrain_v1_ListBudgetsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetList__Output>): grpc.ClientUnaryCall;
  ListBudgets(argument: _entrain_v1_ListBudgetsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetList__Output>): grpc.ClientUnaryCall;
  ListBudgets(argument: _entrain_v1_ListBudgetsRequest, callback: grpc.requestCallback<_entrain_v1_BudgetList__Output>): grpc.ClientUnaryCall;
  listBudgets(argument: _entrain_v1_ListBudgetsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetList__Output>): grpc.ClientUnaryCall;
  listBudgets(argument: _entrain_v1_ListBudgetsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetList__Output>): grpc.ClientUnaryCall;
  listBudgets(argument: _entrain_v1_ListBudgetsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetList__Output>): grpc.ClientUnaryCall;
  listBudgets(argument: _entrain_v1_ListBudgetsRequest, callback: grpc.requestCallback<_entrain_v1_BudgetList__Output>): grpc.ClientUnaryCall;
  
  Patch(argument: _entrain_v1_PatchContextRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  Patch(argument: _entrain_v1_PatchContextRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  Patch(argument: _entrain_v1_PatchContextRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  Patch(argument: _entrain_v1_PatchContextRequest, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  patch(argument: _entrain_v1_PatchContextRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  patch(argument: _entrain_v1_PatchContextRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  patch(argument: _entrain_v1_PatchContextRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  patch(argument: _entrain_v1_PatchContextRequest, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  
  ProlongBudget(argument: _entrain_v1_ProlongBudgetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  ProlongBudget(argument: _entrain_v1_ProlongBudgetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  ProlongBudget(argument: _entrain_v1_ProlongBudgetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  ProlongBudget(argument: _entrain_v1_ProlongBudgetRequest, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  prolongBudget(argument: _entrain_v1_ProlongBudgetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  prolongBudget(argument: _entrain_v1_ProlongBudgetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  prolongBudget(argument: _entrain_v1_ProlongBudgetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  prolongBudget(argument: _entrain_v1_ProlongBudgetRequest, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  
  RefreshRate(argument: _entrain_v1_RefreshRateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_RateShare__Output>): grpc.ClientUnaryCall;
  RefreshRate(argument: _entrain_v1_RefreshRateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_RateShare__Output>): grpc.ClientUnaryCall;
  RefreshRate(argument: _entrain_v1_RefreshRateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_RateShare__Output>): grpc.ClientUnaryCall;
  RefreshRate(argument: _entrain_v1_RefreshRateRequest, callback: grpc.requestCallback<_entrain_v1_RateShare__Output>): grpc.ClientUnaryCall;
  refreshRate(argument: _entrain_v1_RefreshRateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_RateShare__Output>): grpc.ClientUnaryCall;
  refreshRate(argument: _entrain_v1_RefreshRateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_RateShare__Output>): grpc.ClientUnaryCall;
  refreshRate(argument: _entrain_v1_RefreshRateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_RateShare__Output>): grpc.ClientUnaryCall;
  refreshRate(argument: _entrain_v1_RefreshRateRequest, callback: grpc.requestCallback<_entrain_v1_RateShare__Output>): grpc.ClientUnaryCall;
  
  ReleaseAllocation(argument: _entrain_v1_ReleaseAllocationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  ReleaseAllocation(argument: _entrain_v1_ReleaseAllocationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  ReleaseAllocation(argument: _entrain_v1_ReleaseAllocationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  ReleaseAllocation(argument: _entrain_v1_ReleaseAllocationRequest, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  releaseAllocation(argument: _entrain_v1_ReleaseAllocationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  releaseAllocation(argument: _entrain_v1_ReleaseAllocationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  releaseAllocation(argument: _entrain_v1_ReleaseAllocationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  releaseAllocation(argument: _entrain_v1_ReleaseAllocationRequest, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  
  ReleaseRate(argument: _entrain_v1_ReleaseRateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ReleaseRateResponse__Output>): grpc.ClientUnaryCall;
  ReleaseRate(argument: _entrain_v1_ReleaseRateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ReleaseRateResponse__Output>): grpc.ClientUnaryCall;
  ReleaseRate(argument: _entrain_v1_ReleaseRateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ReleaseRateResponse__Output>): grpc.ClientUnaryCall;
  ReleaseRate(argument: _entrain_v1_ReleaseRateRequest, callback: grpc.requestCallback<_entrain_v1_ReleaseRateResponse__Output>): grpc.ClientUnaryCall;
  releaseRate(argument: _entrain_v1_ReleaseRateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ReleaseRateResponse__Output>): grpc.ClientUnaryCall;
  releaseRate(argument: _entrain_v1_ReleaseRateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ReleaseRateResponse__Output>): grpc.ClientUnaryCall;
  releaseRate(argument: _entrain_v1_ReleaseRateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ReleaseRateResponse__Output>): grpc.ClientUnaryCall;
  releaseRate(argument: _entrain_v1_ReleaseRateRequest, callback: grpc.requestCallback<_entrain_v1_ReleaseRateResponse__Output>): grpc.ClientUnaryCall;
  
  Rollback(argument: _entrain_v1_RollbackContextRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  Rollback(argument: _entrain_v1_RollbackContextRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  Rollback(argument: _entrain_v1_RollbackContextRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  Rollback(argument: _entrain_v1_RollbackContextRequest, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  rollback(argument: _entrain_v1_RollbackContextRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  rollback(argument: _entrain_v1_RollbackContextRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  rollback(argument: _entrain_v1_RollbackContextRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  rollback(argument: _entrain_v1_RollbackContextRequest, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  
  TransferBudget(argument: _entrain_v1_TransferBudgetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  TransferBudget(argument: _entrain_v1_TransferBudgetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  TransferBudget(argument: _entrain_v1_TransferBudgetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  TransferBudget(argument: _entrain_v1_TransferBudgetRequest, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  transferBudget(argument: _entrain_v1_TransferBudgetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  transferBudget(argument: _entrain_v1_TransferBudgetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  transferBudget(argument: _entrain_v1_TransferBudgetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  transferBudget(argument: _entrain_v1_TransferBudgetRequest, callback: grpc.requestCallback<_entrain_v1_BudgetOutcome__Output>): grpc.ClientUnaryCall;
  
  Watch(argument: _entrain_v1_WatchContextRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_entrain_v1_ContextNews__Output>;
  Watch(argument: _entrain_v1_WatchContextRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_entrain_v1_ContextNews__Output>;
  watch(argument: _entrain_v1_WatchContextRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_entrain_v1_ContextNews__Output>;
  watch(argument: _entrain_v1_WatchContextRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_entrain_v1_ContextNews__Output>;
  
}

export interface ContextServiceHandlers extends grpc.UntypedServiceImplementation {
  Allocate: grpc.handleUnaryCall<_entrain_v1_AllocateRequest__Output, _entrain_v1_BudgetOutcome>;
  
  AmendBudget: grpc.handleUnaryCall<_entrain_v1_AmendBudgetRequest__Output, _entrain_v1_BudgetOutcome>;
  
  CloseBudget: grpc.handleUnaryCall<_entrain_v1_CloseBudgetRequest__Output, _entrain_v1_BudgetOutcome>;
  
  ConsumeAllocation: grpc.handleUnaryCall<_entrain_v1_ConsumeAllocationRequest__Output, _entrain_v1_BudgetOutcome>;
  
  CreateBudget: grpc.handleUnaryCall<_entrain_v1_CreateBudgetRequest__Output, _entrain_v1_BudgetOutcome>;
  
  ExtendAllocation: grpc.handleUnaryCall<_entrain_v1_ExtendAllocationRequest__Output, _entrain_v1_BudgetOutcome>;
  
  Get: grpc.handleUnaryCall<_entrain_v1_GetContextRequest__Output, _entrain_v1_ContextDocument>;
  
  History: grpc.handleUnaryCall<_entrain_v1_ContextHistoryRequest__Output, _entrain_v1_ContextHistory>;
  
  ListBudgets: grpc.handleUnaryCall<_entrain_v1_ListBudgetsRequest__Output, _entrain_v1_BudgetList>;
  
  Patch: grpc.handleUnaryCall<_entrain_v1_PatchContextRequest__Output, _entrain_v1_ContextVersion>;
  
  ProlongBudget: grpc.handleUnaryCall<_entrain_v1_ProlongBudgetRequest__Output, _entrain_v1_BudgetOutcome>;
  
  RefreshRate: grpc.handleUnaryCall<_entrain_v1_RefreshRateRequest__Output, _entrain_v1_RateShare>;
  
  ReleaseAllocation: grpc.handleUnaryCall<_entrain_v1_ReleaseAllocationRequest__Output, _entrain_v1_BudgetOutcome>;
  
  ReleaseRate: grpc.handleUnaryCall<_entrain_v1_ReleaseRateRequest__Output, _entrain_v1_ReleaseRateResponse>;
  
  Rollback: grpc.handleUnaryCall<_entrain_v1_RollbackContextRequest__Output, _entrain_v1_ContextVersion>;
  
  TransferBudget: grpc.handleUnaryCall<_entrain_v1_TransferBudgetRequest__Output, _entrain_v1_BudgetOutcome>;
  
  Watch: grpc.handleServerStreamingCall<_entrain_v1_WatchContextRequest__Output, _entrain_v1_ContextNews>;
  
}

export interface ContextServiceDefinition extends grpc.ServiceDefinition {
  Allocate: MethodDefinition<_entrain_v1_AllocateRequest, _entrain_v1_BudgetOutcome, _entrain_v1_AllocateRequest__Output, _entrain_v1_BudgetOutcome__Output>
  AmendBudget: MethodDefinition<_entrain_v1_AmendBudgetRequest, _entrain_v1_BudgetOutcome, _entrain_v1_AmendBudgetRequest__Output, _entrain_v1_BudgetOutcome__Output>
  CloseBudget: MethodDefinition<_entrain_v1_CloseBudgetRequest, _entrain_v1_BudgetOutcome, _entrain_v1_CloseBudgetRequest__Output, _entrain_v1_BudgetOutcome__Output>
  ConsumeAllocation: MethodDefinition<_entrain_v1_ConsumeAllocationRequest, _entrain_v1_BudgetOutcome, _entrain_v1_ConsumeAllocationRequest__Output, _entrain_v1_BudgetOutcome__Output>
  CreateBudget: MethodDefinition<_entrain_v1_CreateBudgetRequest, _entrain_v1_BudgetOutcome, _entrain_v1_CreateBudgetRequest__Output, _entrain_v1_BudgetOutcome__Output>
  ExtendAllocation: MethodDefinition<_entrain_v1_ExtendAllocationRequest, _entrain_v1_BudgetOutcome, _entrain_v1_ExtendAllocationRequest__Output, _entrain_v1_BudgetOutcome__Output>
  Get: MethodDefinition<_entrain_v1_GetContextRequest, _entrain_v1_ContextDocument, _entrain_v1_GetContextRequest__Output, _entrain_v1_ContextDocument__Output>
  History: MethodDefinition<_entrain_v1_ContextHistoryRequest, _entrain_v1_ContextHistory, _entrain_v1_ContextHistoryRequest__Output, _entrain_v1_ContextHistory__Output>
  ListBudgets: MethodDefinition<_entrain_v1_ListBudgetsRequest, _entrain_v1_BudgetList, _entrain_v1_ListBudgetsRequest__Output, _entrain_v1_BudgetList__Output>
  Patch: MethodDefinition<_entrain_v1_PatchContextRequest, _entrain_v1_ContextVersion, _entrain_v1_PatchContextRequest__Output, _entrain_v1_ContextVersion__Output>
  ProlongBudget: MethodDefinition<_entrain_v1_ProlongBudgetRequest, _entrain_v1_BudgetOutcome, _entrain_v1_ProlongBudgetRequest__Output, _entrain_v1_BudgetOutcome__Output>
  RefreshRate: MethodDefinition<_entrain_v1_RefreshRateRequest, _entrain_v1_RateShare, _entrain_v1_RefreshRateRequest__Output, _entrain_v1_RateShare__Output>
  ReleaseAllocation: MethodDefinition<_entrain_v1_ReleaseAllocationRequest, _entrain_v1_BudgetOutcome, _entrain_v1_ReleaseAllocationRequest__Output, _entrain_v1_BudgetOutcome__Output>
  ReleaseRate: MethodDefinition<_entrain_v1_ReleaseRateRequest, _entrain_v1_ReleaseRateResponse, _entrain_v1_ReleaseRateRequest__Output, _entrain_v1_ReleaseRateResponse__Output>
  Rollback: MethodDefinition<_entrain_v1_RollbackContextRequest, _entrain_v1_ContextVersion, _entrain_v1_RollbackContextRequest__Output, _entrain_v1_ContextVersion__Output>
  TransferBudget: MethodDefinition<_entrain_v1_TransferBudgetRequest, _entrain_v1_BudgetOutcome, _entrain_v1_TransferBudgetRequest__Output, _entrain_v1_BudgetOutcome__Output>
  Watch: MethodDefinition<_entrain_v1_WatchContextRequest, _entrain_v1_ContextNews, _entrain_v1_WatchContextRequest__Output, _entrain_v1_ContextNews__Output>
}
