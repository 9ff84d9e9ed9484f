// Original file: proto/entrain/v1/reasoner.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ReasonRequest as _entrain_v1_ReasonRequest, ReasonRequest__Output as _entrain_v1_ReasonRequest__Output } from '../../entrain/v1/ReasonRequest.ts';
import type { ReasonResponse as _entrain_v1_ReasonResponse, ReasonResponse__Output as _entrain_v1_ReasonResponse__Output } from '../../entrain/v1/ReasonResponse.ts';

export interface ReasonerServiceClient extends grpc.Client {
  Reason(argument: _entrain_v1_ReasonRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ReasonResponse__Output>): grpc.ClientUnaryCall;
  Reason(argument: _entrain_v1_ReasonRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ReasonResponse__Output>): grpc.ClientUnaryCall;
  Reason(argument: _entrain_v1_ReasonRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ReasonResponse__Output>): grpc.ClientUnaryCall;
  Reason(argument: _entrain_v1_ReasonRequest, callback: grpc.requestCallback<_entrain_v1_ReasonResponse__Output>): grpc.ClientUnaryCall;
  reason(argument: _entrain_v1_ReasonRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ReasonResponse__Output>): grpc.ClientUnaryCall;
  reason(argument: _entrain_v1_ReasonRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ReasonResponse__Output>): grpc.ClientUnaryCall;
  reason(argument: _entrain_v1_ReasonRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ReasonResponse__Output>): grpc.ClientUnaryCall;
  reason(argument: _entrain_v1_ReasonRequest, callback: grpc.requestCallback<_entrain_v1_ReasonResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface ReasonerServiceHandlers extends grpc.UntypedServiceImplementation {
  Reason: grpc.handleUnaryCall<_entrain_v1_ReasonRequest__Output, _entrain_v1_ReasonResponse>;
  
}

export interface ReasonerServiceDefinition extends grpc.ServiceDefinition {
  Reason: MethodDefinition<_entrain_v1_ReasonRequest, _entrain_v1_ReasonResponse, _entrain_v1_ReasonRequest__Output, _entrain_v1_ReasonResponse__Output>
}
