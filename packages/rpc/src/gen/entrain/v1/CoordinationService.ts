// Original file: proto/entrain/v1/coordination.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ListenRequest as _entrain_v1_ListenRequest, ListenRequest__Output as _entrain_v1_ListenRequest__Output } from '../../entrain/v1/ListenRequest.ts';
import type { LiveMessage as _entrain_v1_LiveMessage, LiveMessage__Output as _entrain_v1_LiveMessage__Output } from '../../entrain/v1/LiveMessage.ts';

export interface CoordinationServiceClient extends grpc.Client {
  Listen(argument: _entrain_v1_ListenRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_entrain_v1_LiveMessage__Output>;
  Listen(argument: _entrain_v1_ListenRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_entrain_v1_LiveMessage__Output>;
  listen(argument: _entrain_v1_ListenRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_entrain_v1_LiveMessage__Output>;
  listen(argument: _entrain_v1_ListenRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_entrain_v1_LiveMessage__Output>;
  
}

export interface CoordinationServiceHandlers extends grpc.UntypedServiceImplementation {
  Listen: grpc.handleServerStreamingCall<_entrain_v1_ListenRequest__Output, _entrain_v1_LiveMessage>;
  
}

export interface CoordinationServiceDefinition extends grpc.ServiceDefinition {
  Listen: MethodDefinition<_entrain_v1_ListenRequest, _entrain_v1_LiveMessage, _entrain_v1_ListenRequest__Output, _entrain_v1_LiveMessage__Output>
}
