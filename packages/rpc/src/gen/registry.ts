import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { ProbeForRequest as _entrain_v1_ProbeForRequest, ProbeForRequest__Output as _entrain_v1_ProbeForRequest__Output } from './entrain/v1/ProbeForRequest.ts';
import type { ProbeForResponse as _entrain_v1_ProbeForResponse, ProbeForResponse__Output as _entrain_v1_ProbeForResponse__Output } from './entrain/v1/ProbeForResponse.ts';
import type { ProbeRequest as _entrain_v1_ProbeRequest, ProbeRequest__Output as _entrain_v1_ProbeRequest__Output } from './entrain/v1/ProbeRequest.ts';
import type { ProbeResponse as _entrain_v1_ProbeResponse, ProbeResponse__Output as _entrain_v1_ProbeResponse__Output } from './entrain/v1/ProbeResponse.ts';
import type { RegistryServiceClient as _entrain_v1_RegistryServiceClient, RegistryServiceDefinition as _entrain_v1_RegistryServiceDefinition } from './entrain/v1/RegistryService.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  entrain: {
    v1: {
      ProbeForRequest: MessageTypeDefinition<_entrain_v1_ProbeForRequest, _entrain_v1_ProbeForRequest__Output>
      ProbeForResponse: MessageTypeDefinition<_entrain_v1_ProbeForResponse, _entrain_v1_ProbeForResponse__Output>
      ProbeRequest: MessageTypeDefinition<_entrain_v1_ProbeRequest, _entrain_v1_ProbeRequest__Output>
      ProbeResponse: MessageTypeDefinition<_entrain_v1_ProbeResponse, _entrain_v1_ProbeResponse__Output>
      RegistryService: SubtypeConstructor<typeof grpc.Client, _entrain_v1_RegistryServiceClient> & { service: _entrain_v1_RegistryServiceDefinition }
    }
  }
}

