// Original file: proto/entrain/v1/context.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ContextDocument as _entrain_v1_ContextDocument, ContextDocument__Output as _entrain_v1_ContextDocument__Output } from '../../entrain/v1/ContextDocument.ts';
import type { ContextHistory as _entrain_v1_ContextHistory, ContextHistory__Output as _entrain_v1_ContextHistory__Output } from '../../entrain/v1/ContextHistory.ts';
import type { ContextHistoryRequest as _entrain_v1_ContextHistoryRequest, ContextHistoryRequest__Output as _entrain_v1_ContextHistoryRequest__Output } from '../../entrain/v1/ContextHistoryRequest.ts';
import type { ContextNews as _entrain_v1_ContextNews, ContextNews__Output as _entrain_v1_ContextNews__Output } from '../../entrain/v1/ContextNews.ts';
import type { ContextVersion as _entrain_v1_ContextVersion, ContextVersion__Output as _entrain_v1_ContextVersion__Output } from '../../entrain/v1/ContextVersion.ts';
import type { GetContextRequest as _entrain_v1_GetContextRequest, GetContextRequest__Output as _entrain_v1_GetContextRequest__Output } from '../../entrain/v1/GetContextRequest.ts';
import type { PatchContextRequest as _entrain_v1_PatchContextRequest, PatchContextRequest__Output as _entrain_v1_PatchContextRequest__Output } from '../../entrain/v1/PatchContextRequest.ts';
import type { RollbackContextRequest as _entrain_v1_RollbackContextRequest, RollbackContextRequest__Output as _entrain_v1_RollbackContextRequest__Output } from '../../entrain/v1/RollbackContextRequest.ts';
import type { WatchContextRequest as _entrain_v1_WatchContextRequest, WatchContextRequest__Output as _entrain_v1_WatchContextRequest__Output } from '../../entrain/v1/WatchContextRequest.ts';

export interface ContextServiceClient extends grpc.Client {
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
  
  Patch(argument: _entrain_v1_PatchContextRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  Patch(argument: _entrain_v1_PatchContextRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  Patch(argument: _entrain_v1_PatchContextRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  Patch(argument: _entrain_v1_PatchContextRequest, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  patch(argument: _entrain_v1_PatchContextRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  patch(argument: _entrain_v1_PatchContextRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  patch(argument: _entrain_v1_PatchContextRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  patch(argument: _entrain_v1_PatchContextRequest, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  
  Rollback(argument: _entrain_v1_RollbackContextRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  Rollback(argument: _entrain_v1_RollbackContextRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  Rollback(argument: _entrain_v1_RollbackContextRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  Rollback(argument: _entrain_v1_RollbackContextRequest, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  rollback(argument: _entrain_v1_RollbackContextRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  rollback(argument: _entrain_v1_RollbackContextRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  rollback(argument: _entrain_v1_RollbackContextRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  rollback(argument: _entrain_v1_RollbackContextRequest, callback: grpc.requestCallback<_entrain_v1_ContextVersion__Output>): grpc.ClientUnaryCall;
  
  Watch(argument: _entrain_v1_WatchContextRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_entrain_v1_ContextNews__Output>;
  Watch(argument: _entrain_v1_WatchContextRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_entrain_v1_ContextNews__Output>;
  watch(argument: _entrain_v1_WatchContextRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_entrain_v1_ContextNews__Output>;
  watch(argument: _entrain_v1_WatchContextRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_entrain_v1_ContextNews__Output>;
  
}

export interface ContextServiceHandlers extends grpc.UntypedServiceImplementation {
  Get: grpc.handleUnaryCall<_entrain_v1_GetContextRequest__Output, _entrain_v1_ContextDocument>;
  
  History: grpc.handleUnaryCall<_entrain_v1_ContextHistoryRequest__Output, _entrain_v1_ContextHistory>;
  
  Patch: grpc.handleUnaryCall<_entrain_v1_PatchContextRequest__Output, _entrain_v1_ContextVersion>;
  
  Rollback: grpc.handleUnaryCall<_entrain_v1_RollbackContextRequest__Output, _entrain_v1_ContextVersion>;
  
  Watch: grpc.handleServerStreamingCall<_entrain_v1_WatchContextRequest__Output, _entrain_v1_ContextNews>;
  
}

export interface ContextServiceDefinition extends grpc.ServiceDefinition {
  Get: MethodDefinition<_entrain_v1_GetContextRequest, _entrain_v1_ContextDocument, _entrain_v1_GetContextRequest__Output, _entrain_v1_ContextDocument__Output>
  History: MethodDefinition<_entrain_v1_ContextHistoryRequest, _entrain_v1_ContextHistory, _entrain_v1_ContextHistoryRequest__Output, _entrain_v1_ContextHistory__Output>
  Patch: MethodDefinition<_entrain_v1_PatchContextRequest, _entrain_v1_ContextVersion, _entrain_v1_PatchContextRequest__Output, _entrain_v1_ContextVersion__Output>
  Rollback: MethodDefinition<_entrain_v1_RollbackContextRequest, _entrain_v1_ContextVersion, _entrain_v1_RollbackContextRequest__Output, _entrain_v1_ContextVersion__Output>
  Watch: MethodDefinition<_entrain_v1_WatchContextRequest, _entrain_v1_ContextNews, _entrain_v1_WatchContextRequest__Output, _entrain_v1_ContextNews__Output>
}
