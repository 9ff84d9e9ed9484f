import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

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
import type { GetContextRequest as _entrain_v1_GetContextRequest, GetContextRequest__Output as _entrain_v1_GetContextRequest__Output } from './entrain/v1/GetContextRequest.ts';
import type { PatchContextRequest as _entrain_v1_PatchContextRequest, PatchContextRequest__Output as _entrain_v1_PatchContextRequest__Output } from './entrain/v1/PatchContextRequest.ts';
import type { PlaceChange as _entrain_v1_PlaceChange, PlaceChange__Output as _entrain_v1_PlaceChange__Output } from './entrain/v1/PlaceChange.ts';
import type { RollbackContextRequest as _entrain_v1_RollbackContextRequest, RollbackContextRequest__Output as _entrain_v1_RollbackContextRequest__Output } from './entrain/v1/RollbackContextRequest.ts';
import type { WatchContextRequest as _entrain_v1_WatchContextRequest, WatchContextRequest__Output as _entrain_v1_WatchContextRequest__Output } from './entrain/v1/WatchContextRequest.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  entrain: {
    v1: {
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
      GetContextRequest: MessageTypeDefinition<_entrain_v1_GetContextRequest, _entrain_v1_GetContextRequest__Output>
      PatchContextRequest: MessageTypeDefinition<_entrain_v1_PatchContextRequest, _entrain_v1_PatchContextRequest__Output>
      PlaceChange: MessageTypeDefinition<_entrain_v1_PlaceChange, _entrain_v1_PlaceChange__Output>
      RollbackContextRequest: MessageTypeDefinition<_entrain_v1_RollbackContextRequest, _entrain_v1_RollbackContextRequest__Output>
      WatchContextRequest: MessageTypeDefinition<_entrain_v1_WatchContextRequest, _entrain_v1_WatchContextRequest__Output>
    }
  }
}

