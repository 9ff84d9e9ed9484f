// Original file: proto/entrain/v1/phase.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { PhaseFrame as _entrain_v1_PhaseFrame, PhaseFrame__Output as _entrain_v1_PhaseFrame__Output } from '../../entrain/v1/PhaseFrame.ts';

export interface PhaseServiceClient extends grpc.Client {
  Exchange(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_entrain_v1_PhaseFrame, _entrain_v1_PhaseFrame__Output>;
  Exchange(options?: grpc.CallOptions): grpc.ClientDuplexStream<_entrain_v1_PhaseFrame, _entrain_v1_PhaseFrame__Output>;
  exchange(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_entrain_v1_PhaseFrame, _entrain_v1_PhaseFrame__Output>;
  exchange(options?: grpc.CallOptions): grpc.ClientDuplexStream<_entrain_v1_PhaseFrame, _entrain_v1_PhaseFrame__Output>;
  
}

export interface PhaseServiceHandlers extends grpc.UntypedServiceImplementation {
  Exchange: grpc.handleBidiStreamingCall<_entrain_v1_PhaseFrame__Output, _entrain_v1_PhaseFrame>;
  
}

export interface PhaseServiceDefinition extends grpc.ServiceDefinition {
  Exchange: MethodDefinition<_entrain_v1_PhaseFrame, _entrain_v1_PhaseFrame, _entrain_v1_PhaseFrame__Output, _entrain_v1_PhaseFrame__Output>
}
