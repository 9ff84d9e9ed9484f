// Original file: proto/entrain/v1/registry.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ProbeForRequest as _entrain_v1_ProbeForRequest, ProbeForRequest__Output as _entrain_v1_ProbeForRequest__Output } from '../../entrain/v1/ProbeForRequest.ts';
import type { ProbeForResponse as _entrain_v1_ProbeForResponse, ProbeForResponse__Output as _entrain_v1_ProbeForResponse__Output } from '../../entrain/v1/ProbeForResponse.ts';
import type { ProbeRequest as _entrain_v1_ProbeRequest, ProbeRequest__Output as _entrain_v1_ProbeRequest__Output } from '../../entrain/v1/ProbeRequest.ts';
import type { ProbeResponse as _entrain_v1_ProbeResponse, ProbeResponse__Output as _entrain_v1_ProbeResponse__Output } from '../../entrain/v1/ProbeResponse.ts';

export interface RegistryServiceClient extends grpc.Client {
  Probe(argument: _entrain_v1_ProbeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ProbeResponse__Output>): grpc.ClientUnaryCall;
  Probe(argument: _entrain_v1_ProbeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ProbeResponse__Output>): grpc.ClientUnaryCall;
  Probe(argument: _entrain_v1_ProbeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ProbeResponse__Output>): grpc.ClientUnaryCall;
  Probe(argument: _entrain_v1_ProbeRequest, callback: grpc.requestCallback<_entrain_v1_ProbeResponse__Output>): grpc.ClientUnaryCall;
  probe(argument: _entrain_v1_ProbeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ProbeResponse__Output>): grpc.ClientUnaryCall;
  probe(argument: _entrain_v1_ProbeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ProbeResponse__Output>): grpc.ClientUnaryCall;
  probe(argument: _entrain_v1_ProbeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ProbeResponse__Output>): grpc.ClientUnaryCall;
  probe(argument: _entrain_v1_ProbeRequest, callback: grpc.requestCallback<_entrain_v1_ProbeResponse__Output>): grpc.ClientUnaryCall;
  
  ProbeFor(argument: _entrain_v1_ProbeForRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ProbeForResponse__Output>): grpc.ClientUnaryCall;
  ProbeFor(argument: _entrain_v1_ProbeForRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ProbeForResponse__Output>): grpc.ClientUnaryCall;
  ProbeFor(argument: _entrain_v1_ProbeForRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ProbeForResponse__Output>): grpc.ClientUnaryCall;
  ProbeFor(argument: _entrain_v1_ProbeForRequest, callback: grpc.requestCallback<_entrain_v1_ProbeForResponse__Output>): grpc.ClientUnaryCall;
  probeFor(argument: _entrain_v1_ProbeForRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ProbeForResponse__Output>): grpc.ClientUnaryCall;
  probeFor(argument: _entrain_v1_ProbeForRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_entrain_v1_ProbeForResponse__Output>): grpc.ClientUnaryCall;
  probeFor(argument: _entrain_v1_ProbeForRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_entrain_v1_ProbeForResponse__Output>): grpc.ClientUnaryCall;
  probeFor(argument: _entrain_v1_ProbeForRequest, callback: grpc.requestCallback<_entrain_v1_ProbeForResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface RegistryServiceHandlers extends grpc.UntypedServiceImplementation {
  Probe: grpc.handleUnaryCall<_entrain_v1_ProbeRequest__Output, _entrain_v1_ProbeResponse>;
  
  ProbeFor: grpc.handleUnaryCall<_entrain_v1_ProbeForRequest__Output, _entrain_v1_ProbeForResponse>;
  
}

export interface RegistryServiceDefinition extends grpc.ServiceDefinition {
  Probe: MethodDefinition<_entrain_v1_ProbeRequest, _entrain_v1_ProbeResponse, _entrain_v1_ProbeRequest__Output, _entrain_v1_ProbeResponse__Output>
  ProbeFor: MethodDefinition<_entrain_v1_ProbeForRequest, _entrain_v1_ProbeForResponse, _entrain_v1_ProbeForRequest__Output, _entrain_v1_ProbeForResponse__Output>
}
