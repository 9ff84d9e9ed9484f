// Original file: proto/entrain/v1/agent.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { InjectTelemetryRequest as _entrain_v1_InjectTelemetryRequest, InjectTelemetryRequest__Output as _entrain_v1_InjectTelemetryRequest__Output } from '../../entrain/v1/InjectTelemetryRequest.ts';
import type { InjectTelemetryResponse as _entrain_v1_InjectTelemetryResponse, InjectTelemetryResponse__Output as _entrain_v1_InjectTelemetryResponse__Output } from '../../entrain/v1/InjectTelemetryResponse.ts';
import type { Observation as _entrain_v1_Observation, Observation__Output as _entrain_v1_Observation__Output } from '../../entrain/v1/Observation.ts';
import type { ObserveRequest as _entrain_v1_ObserveRequest, ObserveRequest__Output as _entrain_v1_ObserveRequest__Output } from '../../entrain/v1/ObserveRequest.ts';
import type { ResignRequest as _entrain_v1_ResignRequest, ResignRequest__Output as _entrain_v1_ResignRequest__Output } from '../../entrain/v1/ResignRequest.ts';
import type { ResignResponse as _entrain_v1_ResignResponse, ResignResponse__Output as _entrain_v1_ResignResponse__Output } from '../../entrain/v1/ResignResponse.ts';

export interface AgentServiceClient extends grpc.Client {
  InjectTelemetry(argument: _entrain_v1_InjectTelemetryRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_InjectTelemetryResponse__Output>): grpc.ClientUnaryCall;
  InjectTelemetry(argument: _entrain_v1_InjectTelemetryRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_InjectTelemetryResponse__Output>): grpc.ClientUnaryCall;
  InjectTelemetry(argument: _entrain_v1_InjectTelemetryRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_InjectTelemetryResponse__Output>): grpc.ClientUnaryCall;
  InjectTelemetry(argument: _entrain_v1_InjectTelemetryRequest, callback: grpc.requestCallback<_entrain_v1_InjectTelemetryResponse__Output>): grpc.ClientUnaryCall;
  injectTelemetry(argument: _entrain_v1_InjectTelemetryRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_InjectTelemetryResponse__Output>): grpc.ClientUnaryCall;
  injectTelemetry(argument: _entrain_v1_InjectTelemetryRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_InjectTelemetryResponse__Output>): grpc.ClientUnaryCall;
  injectTelemetry(argument: _entrain_v1_InjectTelemetryRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_InjectTelemetryResponse__Output>): grpc.ClientUnaryCall;
  injectTelemetry(argument: _entrain_v1_InjectTelemetryRequest, callback: grpc.requestCallback<_entrain_v1_InjectTelemetryResponse__Output>): grpc.ClientUnaryCall;
  
  Observe(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_entrain_v1_ObserveRequest, _entrain_v1_Observation__Output>;
  Observe(options?: grpc.CallOptions): grpc.ClientDuplexStream<_entrain_v1_ObserveRequest, _entrain_v1_Observation__Output>;
  observe(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_entrain_v1_ObserveRequest, _entrain_v1_Observation__Output>;
  observe(options?: grpc.CallOptions): grpc.ClientDuplexStream<_entrain_v1_ObserveRequest, _entrain_v1_Observation__Output>;
  
  Resign(argument: _entrain_v1_ResignRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ResignResponse__Output>): grpc.ClientUnaryCall;
  Resign(argument: _entrain_v1_ResignRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ResignResponse__Output>): grpc.ClientUnaryCall;
  Resign(argument: _entrain_v1_ResignRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ResignResponse__Output>): grpc.ClientUnaryCall;
  Resign(argument: _entrain_v1_ResignRequest, callback: grpc.requestCallback<_entrain_v1_ResignResponse__Output>): grpc.ClientUnaryCall;
  resign(argument: _entrain_v1_ResignRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ResignResponse__Output>): grpc.ClientUnaryCall;
  resign(argument: _entrain_v1_ResignRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ResignResponse__Output>): grpc.ClientUnaryCall;
  resign(argument: _entrain_v1_ResignRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ResignResponse__Output>): grpc.ClientUnaryCall;
  resign(argument: _entrain_v1_ResignRequest, callback: grpc.requestCallback<_entrain_v1_ResignResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface AgentServiceHandlers extends grpc.UntypedServiceImplementation {
  InjectTelemetry: grpc.handleUnaryCall<_entrain_v1_InjectTelemetryRequest__Output, _entrain_v1_InjectTelemetryResponse>;
  
  Observe: grpc.handleBidiStreamingCall<_entrain_v1_ObserveRequest__Output, _entrain_v1_Observation>;
  
  Resign: grpc.handleUnaryCall<_entrain_v1_ResignRequest__Output, _entrain_v1_ResignResponse>;
  
}

export interface AgentServiceDefinition extends grpc.ServiceDefinition {
  InjectTelemetry: MethodDefinition<_entrain_v1_InjectTelemetryRequest, _entrain_v1_InjectTelemetryResponse, _entrain_v1_InjectTelemetryRequest__Output, _entrain_v1_InjectTelemetryResponse__Output>
  Observe: MethodDefinition<_entrain_v1_ObserveRequest, _entrain_v1_Observation, _entrain_v1_ObserveRequest__Output, _entrain_v1_Observation__Output>
  Resign: MethodDefinition<_entrain_v1_ResignRequest, _entrain_v1_ResignResponse, _entrain_v1_ResignRequest__Output, _entrain_v1_ResignResponse__Output>
}
