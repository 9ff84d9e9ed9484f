import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { Act as _entrain_v1_Act, Act__Output as _entrain_v1_Act__Output } from './entrain/v1/Act.ts';
import type { Approval as _entrain_v1_Approval, Approval__Output as _entrain_v1_Approval__Output } from './entrain/v1/Approval.ts';
import type { DecideRequest as _entrain_v1_DecideRequest, DecideRequest__Output as _entrain_v1_DecideRequest__Output } from './entrain/v1/DecideRequest.ts';
import type { DecideResponse as _entrain_v1_DecideResponse, DecideResponse__Output as _entrain_v1_DecideResponse__Output } from './entrain/v1/DecideResponse.ts';
import type { Decision as _entrain_v1_Decision, Decision__Output as _entrain_v1_Decision__Output } from './entrain/v1/Decision.ts';
import type { DecisionInput as _entrain_v1_DecisionInput, DecisionInput__Output as _entrain_v1_DecisionInput__Output } from './entrain/v1/DecisionInput.ts';
import type { DecisionServiceClient as _entrain_v1_DecisionServiceClient, DecisionServiceDefinition as _entrain_v1_DecisionServiceDefinition } from './entrain/v1/DecisionService.ts';
import type { DirectiveTerms as _entrain_v1_DirectiveTerms, DirectiveTerms__Output as _entrain_v1_DirectiveTerms__Output } from './entrain/v1/DirectiveTerms.ts';
import type { Fingerprint as _entrain_v1_Fingerprint, Fingerprint__Output as _entrain_v1_Fingerprint__Output } from './entrain/v1/Fingerprint.ts';
import type { FleetMember as _entrain_v1_FleetMember, FleetMember__Output as _entrain_v1_FleetMember__Output } from './entrain/v1/FleetMember.ts';
import type { GlobalContext as _entrain_v1_GlobalContext, GlobalContext__Output as _entrain_v1_GlobalContext__Output } from './entrain/v1/GlobalContext.ts';
import type { Leadership as _entrain_v1_Leadership, Leadership__Output as _entrain_v1_Leadership__Output } from './entrain/v1/Leadership.ts';
import type { PolicyRule as _entrain_v1_PolicyRule, PolicyRule__Output as _entrain_v1_PolicyRule__Output } from './entrain/v1/PolicyRule.ts';
import type { Quorum as _entrain_v1_Quorum, Quorum__Output as _entrain_v1_Quorum__Output } from './entrain/v1/Quorum.ts';
import type { Reading as _entrain_v1_Reading, Reading__Output as _entrain_v1_Reading__Output } from './entrain/v1/Reading.ts';
import type { ReasonRequest as _entrain_v1_ReasonRequest, ReasonRequest__Output as _entrain_v1_ReasonRequest__Output } from './entrain/v1/ReasonRequest.ts';
import type { ReasonResponse as _entrain_v1_ReasonResponse, ReasonResponse__Output as _entrain_v1_ReasonResponse__Output } from './entrain/v1/ReasonResponse.ts';
import type { ReasonerServiceClient as _entrain_v1_ReasonerServiceClient, ReasonerServiceDefinition as _entrain_v1_ReasonerServiceDefinition } from './entrain/v1/ReasonerService.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  entrain: {
    v1: {
      Act: MessageTypeDefinition<_entrain_v1_Act, _entrain_v1_Act__Output>
      Approval: MessageTypeDefinition<_entrain_v1_Approval, _entrain_v1_Approval__Output>
      DecideRequest: MessageTypeDefinition<_entrain_v1_DecideRequest, _entrain_v1_DecideRequest__Output>
      DecideResponse: MessageTypeDefinition<_entrain_v1_DecideResponse, _entrain_v1_DecideResponse__Output>
      Decision: MessageTypeDefinition<_entrain_v1_Decision, _entrain_v1_Decision__Output>
      DecisionInput: MessageTypeDefinition<_entrain_v1_DecisionInput, _entrain_v1_DecisionInput__Output>
      DecisionService: SubtypeConstructor<typeof grpc.Client, _entrain_v1_DecisionServiceClient> & { service: _entrain_v1_DecisionServiceDefinition }
      DirectiveTerms: MessageTypeDefinition<_entrain_v1_DirectiveTerms, _entrain_v1_DirectiveTerms__Output>
      Fingerprint: MessageTypeDefinition<_entrain_v1_Fingerprint, _entrain_v1_Fingerprint__Output>
      FleetMember: MessageTypeDefinition<_entrain_v1_FleetMember, _entrain_v1_FleetMember__Output>
      GlobalContext: MessageTypeDefinition<_entrain_v1_GlobalContext, _entrain_v1_GlobalContext__Output>
      Leadership: MessageTypeDefinition<_entrain_v1_Leadership, _entrain_v1_Leadership__Output>
      PolicyRule: MessageTypeDefinition<_entrain_v1_PolicyRule, _entrain_v1_PolicyRule__Output>
      Quorum: MessageTypeDefinition<_entrain_v1_Quorum, _entrain_v1_Quorum__Output>
      Reading: MessageTypeDefinition<_entrain_v1_Reading, _entrain_v1_Reading__Output>
      ReasonRequest: MessageTypeDefinition<_entrain_v1_ReasonRequest, _entrain_v1_ReasonRequest__Output>
      ReasonResponse: MessageTypeDefinition<_entrain_v1_ReasonResponse, _entrain_v1_ReasonResponse__Output>
      ReasonerService: SubtypeConstructor<typeof grpc.Client, _entrain_v1_ReasonerServiceClient> & { service: _entrain_v1_ReasonerServiceDefinition }
    }
  }
}

