/**
 * The service definitions, loaded once per process from the .proto files and seen through the generated types.
 * Definitions carry the codec: `requestSerialize`, `responseDeserialize` and so on.
 */
import { loadPackageDefinition } from "@grpc/grpc-js";
import { loadSync, type PackageDefinition } from "@grpc/proto-loader";
import type { ProtoGrpcType as AgentGrpcType } from "./gen/agent.ts";
import type { ProtoGrpcType as ContextGrpcType } from "./gen/context.ts";
import type { ProtoGrpcType as CoordinationGrpcType } from "./gen/coordination.ts";
import type { AgentServiceDefinition } from "./gen/entrain/v1/AgentService.ts";
import type { ContextServiceDefinition } from "./gen/entrain/v1/ContextService.ts";
import type { CoordinationServiceDefinition } from "./gen/entrain/v1/CoordinationService.ts";
import type { DecisionServiceDefinition } from "./gen/entrain/v1/DecisionService.ts";
import type { PhaseServiceDefinition } from "./gen/entrain/v1/PhaseService.ts";
import type { RegistryServiceDefinition } from "./gen/entrain/v1/RegistryService.ts";
import type { ProtoGrpcType as RegistryGrpcType } from "./gen/registry.ts";
import { protoDirectory, protoFiles, protoLoading } from "./proto-files.ts";

/** The services of package entrain.v1 that this package serves and calls. */
export interface ServiceDefinitions {
  readonly phase: PhaseServiceDefinition;
  readonly agent: AgentServiceDefinition;
  readonly decision: DecisionServiceDefinition;
  readonly context: ContextServiceDefinition;
  readonly registry: RegistryServiceDefinition;
  readonly coordination: CoordinationServiceDefinition;
  /** The same for whoever needs every message too: reflection. */
  readonly everything: PackageDefinition;
}

let loaded: ServiceDefinitions | undefined;

/** The definitions; reads the .proto files on the first call. */
export function serviceDefinitions(): ServiceDefinitions {
  loaded ??= load();
  return loaded;
}

function load(): ServiceDefinitions {
  const everything = loadSync([...protoFiles], {
    ...protoLoading,
    longs: Number,
    enums: String,
    includeDirs: [protoDirectory()],
  });
  // The loader knows the shape only at run time; that the generated types describe it is what the drift test checks.
  const { entrain } = loadPackageDefinition(everything) as unknown as AgentGrpcType &
    ContextGrpcType &
    CoordinationGrpcType &
    RegistryGrpcType;
  const { PhaseService, AgentService, DecisionService, ContextService, CoordinationService, RegistryService } =
    entrain.v1;
  return {
    phase: PhaseService.service,
    agent: AgentService.service,
    decision: DecisionService.service,
    context: ContextService.service,
    registry: RegistryService.service,
    coordination: CoordinationService.service,
    everything,
  };
}
