// Original file: proto/entrain/v1/decision.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { DecideRequest as _entrain_v1_DecideRequest, DecideRequest__Output as _entrain_v1_DecideRequest__Output } from '../../entrain/v1/DecideRequest.ts';
import type { DecideResponse as _entrain_v1_DecideResponse, DecideResponse__Output as _entrain_v1_DecideResponse__Output } from '../../entrain/v1/DecideResponse.ts';

export interface DecisionServiceClient extends grpc.Client {
  Decide(argument: _entrain_v1_DecideRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_DecideResponse__Output>): grpc.ClientUnaryCall;
  Decide(argument: _entrain_v1_DecideRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_DecideResponse__Output>): grpc.ClientUnaryCall;
  Decide(argument: _entrain_v1_DecideRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_DecideResponse__Output>): grpc.ClientUnaryCall;
  Decide(argument: _entrain_v1_DecideRequest, callback: grpc.requestCallback<_entrain_v1_DecideResponse__Output>): grpc.ClientUnaryCall;
  decide(argument: _entrain_v1_DecideRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_DecideResponse__Output>): grpc.ClientUnaryCall;
  decide(argument: _entrain_v1_DecideRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_DecideResponse__Output>): grpc.ClientUnaryCall;
  decide(argument: _entrain_v1_DecideRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_DecideResponse__Output>): grpc.ClientUnaryCall;
  decide(argument: _entrain_v1_DecideRequest, callback: grpc.requestCallback<_entrain_v1_DecideResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface DecisionServiceHandlers extends grpc.UntypedServiceImplementation {
  Decide: grpc.handleUnaryCall<_entrain_v1_DecideRequest__Output, _entrain_v1_DecideResponse>;
  
}

export interface DecisionServiceDefinition extends grpc.ServiceDefinition {
  Decide: MethodDefinition<_entrain_v1_DecideRequest, _entrain_v1_DecideResponse, _entrain_v1_DecideRequest__Output, _entrain_v1_DecideResponse__Output>
}
