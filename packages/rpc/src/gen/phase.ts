import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { AgentPhase as _entrain_v1_AgentPhase, AgentPhase__Output as _entrain_v1_AgentPhase__Output } from './entrain/v1/AgentPhase.ts';
import type { Goal as _entrain_v1_Goal, Goal__Output as _entrain_v1_Goal__Output } from './entrain/v1/Goal.ts';
import type { Lineage as _entrain_v1_Lineage, Lineage__Output as _entrain_v1_Lineage__Output } from './entrain/v1/Lineage.ts';
import type { PhaseFrame as _entrain_v1_PhaseFrame, PhaseFrame__Output as _entrain_v1_PhaseFrame__Output } from './entrain/v1/PhaseFrame.ts';
import type { PhaseServiceClient as _entrain_v1_PhaseServiceClient, PhaseServiceDefinition as _entrain_v1_PhaseServiceDefinition } from './entrain/v1/PhaseService.ts';
import type { Timestamps as _entrain_v1_Timestamps, Timestamps__Output as _entrain_v1_Timestamps__Output } from './entrain/v1/Timestamps.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  entrain: {
    v1: {
      AgentPhase: MessageTypeDefinition<_entrain_v1_AgentPhase, _entrain_v1_AgentPhase__Output>
      Goal: MessageTypeDefinition<_entrain_v1_Goal, _entrain_v1_Goal__Output>
      Lineage: MessageTypeDefinition<_entrain_v1_Lineage, _entrain_v1_Lineage__Output>
      PhaseFrame: MessageTypeDefinition<_entrain_v1_PhaseFrame, _entrain_v1_PhaseFrame__Output>
      PhaseService: SubtypeConstructor<typeof grpc.Client, _entrain_v1_PhaseServiceClient> & { service: _entrain_v1_PhaseServiceDefinition }
      Timestamps: MessageTypeDefinition<_entrain_v1_Timestamps, _entrain_v1_Timestamps__Output>
    }
  }
}

