import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { Act as _entrain_v1_Act, Act__Output as _entrain_v1_Act__Output } from './entrain/v1/Act.ts';
import type { AgentDecision as _entrain_v1_AgentDecision, AgentDecision__Output as _entrain_v1_AgentDecision__Output } from './entrain/v1/AgentDecision.ts';
import type { AgentEnergy as _entrain_v1_AgentEnergy, AgentEnergy__Output as _entrain_v1_AgentEnergy__Output } from './entrain/v1/AgentEnergy.ts';
import type { AgentPhase as _entrain_v1_AgentPhase, AgentPhase__Output as _entrain_v1_AgentPhase__Output } from './entrain/v1/AgentPhase.ts';
import type { AgentServiceClient as _entrain_v1_AgentServiceClient, AgentServiceDefinition as _entrain_v1_AgentServiceDefinition } from './entrain/v1/AgentService.ts';
import type { Approval as _entrain_v1_Approval, Approval__Output as _entrain_v1_Approval__Output } from './entrain/v1/Approval.ts';
import type { Beat as _entrain_v1_Beat, Beat__Output as _entrain_v1_Beat__Output } from './entrain/v1/Beat.ts';
import type { DecideRequest as _entrain_v1_DecideRequest, DecideRequest__Output as _entrain_v1_DecideRequest__Output } from './entrain/v1/DecideRequest.ts';
import type { DecideResponse as _entrain_v1_DecideResponse, DecideResponse__Output as _entrain_v1_DecideResponse__Output } from './entrain/v1/DecideResponse.ts';
import type { Decision as _entrain_v1_Decision, Decision__Output as _entrain_v1_Decision__Output } from './entrain/v1/Decision.ts';
import type { DecisionInput as _entrain_v1_DecisionInput, DecisionInput__Output as _entrain_v1_DecisionInput__Output } from './entrain/v1/DecisionInput.ts';
import type { DecisionServiceClient as _entrain_v1_DecisionServiceClient, DecisionServiceDefinition as _entrain_v1_DecisionServiceDefinition } from './entrain/v1/DecisionService.ts';
import type { DirectiveTerms as _entrain_v1_DirectiveTerms, DirectiveTerms__Output as _entrain_v1_DirectiveTerms__Output } from './entrain/v1/DirectiveTerms.ts';
import type { FleetMember as _entrain_v1_FleetMember, FleetMember__Output as _entrain_v1_FleetMember__Output } from './entrain/v1/FleetMember.ts';
import type { Goal as _entrain_v1_Goal, Goal__Output as _entrain_v1_Goal__Output } from './entrain/v1/Goal.ts';
import type { InjectTelemetryRequest as _entrain_v1_InjectTelemetryRequest, InjectTelemetryRequest__Output as _entrain_v1_InjectTelemetryRequest__Output } from './entrain/v1/InjectTelemetryRequest.ts';
import type { InjectTelemetryResponse as _entrain_v1_InjectTelemetryResponse, InjectTelemetryResponse__Output as _entrain_v1_InjectTelemetryResponse__Output } from './entrain/v1/InjectTelemetryResponse.ts';
import type { Leadership as _entrain_v1_Leadership, Leadership__Output as _entrain_v1_Leadership__Output } from './entrain/v1/Leadership.ts';
import type { Lineage as _entrain_v1_Lineage, Lineage__Output as _entrain_v1_Lineage__Output } from './entrain/v1/Lineage.ts';
import type { Observation as _entrain_v1_Observation, Observation__Output as _entrain_v1_Observation__Output } from './entrain/v1/Observation.ts';
import type { ObserveRequest as _entrain_v1_ObserveRequest, ObserveRequest__Output as _entrain_v1_ObserveRequest__Output } from './entrain/v1/ObserveRequest.ts';
import type { ObservedAct as _entrain_v1_ObservedAct, ObservedAct__Output as _entrain_v1_ObservedAct__Output } from './entrain/v1/ObservedAct.ts';
import type { PhaseFrame as _entrain_v1_PhaseFrame, PhaseFrame__Output as _entrain_v1_PhaseFrame__Output } from './entrain/v1/PhaseFrame.ts';
import type { PhaseServiceClient as _entrain_v1_PhaseServiceClient, PhaseServiceDefinition as _entrain_v1_PhaseServiceDefinition } from './entrain/v1/PhaseService.ts';
import type { Reading as _entrain_v1_Reading, Reading__Output as _entrain_v1_Reading__Output } from './entrain/v1/Reading.ts';
import type { ResignRequest as _entrain_v1_ResignRequest, ResignRequest__Output as _entrain_v1_ResignRequest__Output } from './entrain/v1/ResignRequest.ts';
import type { ResignResponse as _entrain_v1_ResignResponse, ResignResponse__Output as _entrain_v1_ResignResponse__Output } from './entrain/v1/ResignResponse.ts';
import type { Timestamps as _entrain_v1_Timestamps, Timestamps__Output as _entrain_v1_Timestamps__Output } from './entrain/v1/Timestamps.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  entrain: {
    v1: {
      Act: MessageTypeDefinition<_entrain_v1_Act, _entrain_v1_Act__Output>
      AgentDecision: MessageTypeDefinition<_entrain_v1_AgentDecision, _entrain_v1_AgentDecision__Output>
      AgentEnergy: MessageTypeDefinition<_entrain_v1_AgentEnergy, _entrain_v1_AgentEnergy__Output>
      AgentPhase: MessageTypeDefinition<_entrain_v1_AgentPhase, _entrain_v1_AgentPhase__Output>
      AgentService: SubtypeConstructor<typeof grpc.Client, _entrain_v1_AgentServiceClient> & { service: _entrain_v1_AgentServiceDefinition }
      Approval: MessageTypeDefinition<_entrain_v1_Approval, _entrain_v1_Approval__Output>
      Beat: MessageTypeDefinition<_entrain_v1_Beat, _entrain_v1_Beat__Output>
      DecideRequest: MessageTypeDefinition<_entrain_v1_DecideRequest, _entrain_v1_DecideRequest__Output>
      DecideResponse: MessageTypeDefinition<_entrain_v1_DecideResponse, _entrain_v1_DecideResponse__Output>
      Decision: MessageTypeDefinition<_entrain_v1_Decision, _entrain_v1_Decision__Output>
      DecisionInput: MessageTypeDefinition<_entrain_v1_DecisionInput, _entrain_v1_DecisionInput__Output>
      DecisionService: SubtypeConstructor<typeof grpc.Client, _entrain_v1_DecisionServiceClient> & { service: _entrain_v1_DecisionServiceDefinition }
      DirectiveTerms: MessageTypeDefinition<_entrain_v1_DirectiveTerms, _entrain_v1_DirectiveTerms__Output>
      FleetMember: MessageTypeDefinition<_entrain_v1_FleetMember, _entrain_v1_FleetMember__Output>
      Goal: MessageTypeDefinition<_entrain_v1_Goal, _entrain_v1_Goal__Output>
      InjectTelemetryRequest: MessageTypeDefinition<_entrain_v1_InjectTelemetryRequest, _entrain_v1_InjectTelemetryRequest__Output>
      InjectTelemetryResponse: MessageTypeDefinition<_entrain_v1_InjectTelemetryResponse, _entrain_v1_InjectTelemetryResponse__Output>
      Leadership: MessageTypeDefinition<_entrain_v1_Leadership, _entrain_v1_Leadership__Output>
      Lineage: MessageTypeDefinition<_entrain_v1_Lineage, _entrain_v1_Lineage__Output>
      Observation: MessageTypeDefinition<_entrain_v1_Observation, _entrain_v1_Observation__Output>
      ObserveRequest: MessageTypeDefinition<_entrain_v1_ObserveRequest, _entrain_v1_ObserveRequest__Output>
      ObservedAct: MessageTypeDefinition<_entrain_v1_ObservedAct, _entrain_v1_ObservedAct__Output>
      PhaseFrame: MessageTypeDefinition<_entrain_v1_PhaseFrame, _entrain_v1_PhaseFrame__Output>
      PhaseService: SubtypeConstructor<typeof grpc.Client, _entrain_v1_PhaseServiceClient> & { service: _entrain_v1_PhaseServiceDefinition }
      Reading: MessageTypeDefinition<_entrain_v1_Reading, _entrain_v1_Reading__Output>
      ResignRequest: MessageTypeDefinition<_entrain_v1_ResignRequest, _entrain_v1_ResignRequest__Output>
      ResignResponse: MessageTypeDefinition<_entrain_v1_ResignResponse, _entrain_v1_ResignResponse__Output>
      Timestamps: MessageTypeDefinition<_entrain_v1_Timestamps, _entrain_v1_Timestamps__Output>
    }
  }
}

