import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { CoordinationServiceClient as _entrain_v1_CoordinationServiceClient, CoordinationServiceDefinition as _entrain_v1_CoordinationServiceDefinition } from './entrain/v1/CoordinationService.ts';
import type { ListenRequest as _entrain_v1_ListenRequest, ListenRequest__Output as _entrain_v1_ListenRequest__Output } from './entrain/v1/ListenRequest.ts';
import type { LiveMessage as _entrain_v1_LiveMessage, LiveMessage__Output as _entrain_v1_LiveMessage__Output } from './entrain/v1/LiveMessage.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  entrain: {
    v1: {
      CoordinationService: SubtypeConstructor<typeof grpc.Client, _entrain_v1_CoordinationServiceClient> & { service: _entrain_v1_CoordinationServiceDefinition }
      ListenRequest: MessageTypeDefinition<_entrain_v1_ListenRequest, _entrain_v1_ListenRequest__Output>
      LiveMessage: MessageTypeDefinition<_entrain_v1_LiveMessage, _entrain_v1_LiveMessage__Output>
    }
  }
}

