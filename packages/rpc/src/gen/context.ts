import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { AllocateRequest as _entrain_v1_AllocateRequest, AllocateRequest__Output as _entrain_v1_AllocateRequest__Output } from './entrain/v1/AllocateRequest.ts';
import type { AmendBudgetRequest as _entrain_v1_AmendBudgetRequest, AmendBudgetRequest__Output as _entrain_v1_AmendBudgetRequest__Output } from './entrain/v1/AmendBudgetRequest.ts';
import type { Budget as _entrain_v1_Budget, Budget__Output as _entrain_v1_Budget__Output } from './entrain/v1/Budget.ts';
import type { BudgetExhaustion as _entrain_v1_BudgetExhaustion, BudgetExhaustion__Output as _entrain_v1_BudgetExhaustion__Output } from './entrain/v1/BudgetExhaustion.ts';
import type { BudgetForecast as _entrain_v1_BudgetForecast, BudgetForecast__Output as _entrain_v1_BudgetForecast__Output } from './entrain/v1/BudgetForecast.ts';
import type { BudgetGrant as _entrain_v1_BudgetGrant, BudgetGrant__Output as _entrain_v1_BudgetGrant__Output } from './entrain/v1/BudgetGrant.ts';
import type { BudgetList as _entrain_v1_BudgetList, BudgetList__Output as _entrain_v1_BudgetList__Output } from './entrain/v1/BudgetList.ts';
import type { BudgetOutcome as _entrain_v1_BudgetOutcome, BudgetOutcome__Output as _entrain_v1_BudgetOutcome__Output } from './entrain/v1/BudgetOutcome.ts';
import type { BudgetPolicy as _entrain_v1_BudgetPolicy, BudgetPolicy__Output as _entrain_v1_BudgetPolicy__Output } from './entrain/v1/BudgetPolicy.ts';
import type { BudgetRefusal as _entrain_v1_BudgetRefusal, BudgetRefusal__Output as _entrain_v1_BudgetRefusal__Output } from './entrain/v1/BudgetRefusal.ts';
import type { CloseBudgetRequest as _entrain_v1_CloseBudgetRequest, CloseBudgetRequest__Output as _entrain_v1_CloseBudgetRequest__Output } from './entrain/v1/CloseBudgetRequest.ts';
import type { ConsumeAllocationRequest as _entrain_v1_ConsumeAllocationRequest, ConsumeAllocationRequest__Output as _entrain_v1_ConsumeAllocationRequest__Output } from './entrain/v1/ConsumeAllocationRequest.ts';
import type { ContextBatch as _entrain_v1_ContextBatch, ContextBatch__Output as _entrain_v1_ContextBatch__Output } from './entrain/v1/ContextBatch.ts';
import type { ContextBookmark as _entrain_v1_ContextBookmark, ContextBookmark__Output as _entrain_v1_ContextBookmark__Output } from './entrain/v1/ContextBookmark.ts';
import type { ContextChange as _entrain_v1_ContextChange, ContextChange__Output as _entrain_v1_ContextChange__Output } from './entrain/v1/ContextChange.ts';
import type { ContextDocument as _entrain_v1_ContextDocument, ContextDocument__Output as _entrain_v1_ContextDocument__Output } from './entrain/v1/ContextDocument.ts';
import type { ContextHistory as _entrain_v1_ContextHistory, ContextHistory__Output as _entrain_v1_ContextHistory__Output } from './entrain/v1/ContextHistory.ts';
import type { ContextHistoryEntry as _entrain_v1_ContextHistoryEntry, ContextHistoryEntry__Output as _entrain_v1_ContextHistoryEntry__Output } from './entrain/v1/ContextHistoryEntry.ts';
import type { ContextHistoryRequest as _entrain_v1_ContextHistoryRequest, ContextHistoryRequest__Output as _entrain_v1_ContextHistoryRequest__Output } from './entrain/v1/ContextHistoryRequest.ts';
import type { ContextNews as _entrain_v1_ContextNews, ContextNews__Output as _entrain_v1_ContextNews__Output } from './entrain/v1/ContextNews.ts';
import type { ContextResync as _entrain_v1_ContextResync, ContextResync__Output as _entrain_v1_ContextResync__Output } from './entrain/v1/ContextResync.ts';
import type { ContextServiceClient as _entrain_v1_ContextServiceClient, ContextServiceDefinition as _entrain_v1_ContextServiceDefinition } from './entrain/v1/ContextService.ts';
import type { ContextVersion as _entrain_v1_ContextVersion, ContextVersion__Output as _entrain_v1_ContextVersion__Output } from './entrain/v1/ContextVersion.ts';
import type { CreateBudgetRequest as _entrain_v1_CreateBudgetRequest, CreateBudgetRequest__Output as _entrain_v1_CreateBudgetRequest__Output } from './entrain/v1/CreateBudgetRequest.ts';
import type { ExtendAllocationRequest as _entrain_v1_ExtendAllocationRequest, ExtendAllocationRequest__Output as _entrain_v1_ExtendAllocationRequest__Output } from './entrain/v1/ExtendAllocationRequest.ts';
import type { GetContextRequest as _entrain_v1_GetContextRequest, GetContextRequest__Output as _entrain_v1_GetContextRequest__Output } from './entrain/v1/GetContextRequest.ts';
import type { ListBudgetsRequest as _entrain_v1_ListBudgetsRequest, ListBudgetsRequest__Output as _entrain_v1_ListBudgetsRequest__Output } from './entrain/v1/ListBudgetsRequest.ts';
import type { PatchContextRequest as _entrain_v1_PatchContextRequest, PatchContextRequest__Output as _entrain_v1_PatchContextRequest__Output } from './entrain/v1/PatchContextRequest.ts';
import type { PlaceChange as _entrain_v1_PlaceChange, PlaceChange__Output as _entrain_v1_PlaceChange__Output } from './entrain/v1/PlaceChange.ts';
import type { ProlongBudgetRequest as _entrain_v1_ProlongBudgetRequest, ProlongBudgetRequest__Output as _entrain_v1_ProlongBudgetRequest__Output } from './entrain/v1/ProlongBudgetRequest.ts';
import type { RateShare as _entrain_v1_RateShare, RateShare__Output as _entrain_v1_RateShare__Output } from './entrain/v1/RateShare.ts';
import type { RefreshRateRequest as _entrain_v1_RefreshRateRequest, RefreshRateRequest__Output as _entrain_v1_RefreshRateRequest__Output } from './entrain/v1/RefreshRateRequest.ts';
import type { ReleaseAllocationRequest as _entrain_v1_ReleaseAllocationRequest, ReleaseAllocationRequest__Output as _entrain_v1_ReleaseAllocationRequest__Output } from './entrain/v1/ReleaseAllocationRequest.ts';
import type { ReleaseRateRequest as _entrain_v1_ReleaseRateRequest, ReleaseRateRequest__Output as _entrain_v1_ReleaseRateRequest__Output } from './entrain/v1/ReleaseRateRequest.ts';
import type { ReleaseRateResponse as _entrain_v1_ReleaseRateResponse, ReleaseRateResponse__Output as _entrain_v1_ReleaseRateResponse__Output } from './entrain/v1/ReleaseRateResponse.ts';
import type { RollbackContextRequest as _entrain_v1_RollbackContextRequest, RollbackContextRequest__Output as _entrain_v1_RollbackContextRequest__Output } from './entrain/v1/RollbackContextRequest.ts';
import type { TransferBudgetRequest as _entrain_v1_TransferBudgetRequest, TransferBudgetRequest__Output as _entrain_v1_TransferBudgetRequest__Output } from './entrain/v1/TransferBudgetRequest.ts';
import type { WatchContextRequest as _entrain_v1_WatchContextRequest, WatchContextRequest__Output as _entrain_v1_WatchContextRequest__Output } from './entrain/v1/WatchContextRequest.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  entrain: {
    v1: {
      AllocateRequest: MessageTypeDefinition<_entrain_v1_AllocateRequest, _entrain_v1_AllocateRequest__Output>
      AmendBudgetRequest: MessageTypeDefinition<_entrain_v1_AmendBudgetRequest, _entrain_v1_AmendBudgetRequest__Output>
      Budget: MessageTypeDefinition<_entrain_v1_Budget, _entrain_v1_Budget__Output>
      BudgetExhaustion: MessageTypeDefinition<_entrain_v1_BudgetExhaustion, _entrain_v1_BudgetExhaustion__Output>
      BudgetForecast: MessageTypeDefinition<_entrain_v1_BudgetForecast, _entrain_v1_BudgetForecast__Output>
      BudgetGrant: MessageTypeDefinition<_entrain_v1_BudgetGrant, _entrain_v1_BudgetGrant__Output>
      BudgetList: MessageTypeDefinition<_entrain_v1_BudgetList, _entrain_v1_BudgetList__Output>
      BudgetOutcome: MessageTypeDefinition<_entrain_v1_BudgetOutcome, _entrain_v1_BudgetOutcome__Output>
      BudgetPolicy: MessageTypeDefinition<_entrain_v1_BudgetPolicy, _entrain_v1_BudgetPolicy__Output>
      BudgetRefusal: MessageTypeDefinition<_entrain_v1_BudgetRefusal, _entrain_v1_BudgetRefusal__Output>
      CloseBudgetRequest: MessageTypeDefinition<_entrain_v1_CloseBudgetRequest, _entrain_v1_CloseBudgetRequest__Output>
      ConsumeAllocationRequest: MessageTypeDefinition<_entrain_v1_ConsumeAllocationRequest, _entrain_v1_ConsumeAllocationRequest__Output>
      ContextBatch: MessageTypeDefinition<_entrain_v1_ContextBatch, _entrain_v1_ContextBatch__Output>
      ContextBookmark: MessageTypeDefinition<_entrain_v1_ContextBookmark, _entrain_v1_ContextBookmark__Output>
      ContextChange: MessageTypeDefinition<_entrain_v1_ContextChange, _entrain_v1_ContextChange__Output>
      ContextDocument: MessageTypeDefinition<_entrain_v1_ContextDocument, _entrain_v1_ContextDocument__Output>
      ContextHistory: MessageTypeDefinition<_entrain_v1_ContextHistory, _entrain_v1_ContextHistory__Output>
      ContextHistoryEntry: MessageTypeDefinition<_entrain_v1_ContextHistoryEntry, _entrain_v1_ContextHistoryEntry__Output>
      ContextHistoryRequest: MessageTypeDefinition<_entrain_v1_ContextHistoryRequest, _entrain_v1_ContextHistoryRequest__Output>
      ContextNews: MessageTypeDefinition<_entrain_v1_ContextNews, _entrain_v1_ContextNews__Output>
      ContextResync: MessageTypeDefinition<_entrain_v1_ContextResync, _entrain_v1_ContextResync__Output>
      ContextService: SubtypeConstructor<typeof grpc.Client, _entrain_v1_ContextServiceClient> & { service: _entrain_v1_ContextServiceDefinition }
      ContextVersion: MessageTypeDefinition<_entrain_v1_ContextVersion, _entrain_v1_ContextVersion__Output>
      CreateBudgetRequest: MessageTypeDefinition<_entrain_v1_CreateBudgetRequest, _entrain_v1_CreateBudgetRequest__Output>
      ExtendAllocationRequest: MessageTypeDefinition<_entrain_v1_ExtendAllocationRequest, _entrain_v1_ExtendAllocationRequest__Output>
      GetContextRequest: MessageTypeDefinition<_entrain_v1_GetContextRequest, _entrain_v1_GetContextRequest__Output>
      ListBudgetsRequest: MessageTypeDefinition<_entrain_v1_ListBudgetsRequest, _entrain_v1_ListBudgetsRequest__Output>
      PatchContextRequest: MessageTypeDefinition<_entrain_v1_PatchContextRequest, _entrain_v1_PatchContextRequest__Output>
      PlaceChange: MessageTypeDefinition<_entrain_v1_PlaceChange, _entrain_v1_PlaceChange__Output>
      ProlongBudgetRequest: MessageTypeDefinition<_entrain_v1_ProlongBudgetRequest, _entrain_v1_ProlongBudgetRequest__Output>
      RateShare: MessageTypeDefinition<_entrain_v1_RateShare, _entrain_v1_RateShare__Output>
      RefreshRateRequest: MessageTypeDefinition<_entrain_v1_RefreshRateRequest, _entrain_v1_RefreshRateRequest__Output>
      ReleaseAllocationRequest: MessageTypeDefinition<_entrain_v1_ReleaseAllocationRequest, _entrain_v1_ReleaseAllocationRequest__Output>
      ReleaseRateRequest: MessageTypeDefinition<_entrain_v1_ReleaseRateRequest, _entrain_v1_ReleaseRateRequest__Output>
      ReleaseRateResponse: MessageTypeDefinition<_entrain_v1_ReleaseRateResponse, _entrain_v1_ReleaseRateResponse__Output>
      RollbackContextRequest: MessageTypeDefinition<_entrain_v1_RollbackContextRequest, _entrain_v1_RollbackContextRequest__Output>
      TransferBudgetRequest: MessageTypeDefinition<_entrain_v1_TransferBudgetRequest, _entrain_v1_TransferBudgetRequest__Output>
      WatchContextRequest: MessageTypeDefinition<_entrain_v1_WatchContextRequest, _entrain_v1_WatchContextRequest__Output>
    }
  }
}

