/** gRPC: the transport of the rhythm, a process's server, and clients of agents, the decision loop and coordinators. */
export {
  createAgentClient,
  type AgentClient,
  type AgentClientOptions,
  type ObserverState,
  type RemoteObservation,
} from "./agent-client.ts";
export type { Keepalive } from "./channel-options.ts";
export { createBudgetClient, type BudgetClient } from "./budget-client.ts";
export {
  createContextClient,
  type ContextClient,
  type ContextClientOptions,
  type RemoteChange,
  type RemoteDocument,
} from "./context-client.ts";
export type { RemoteHistory, RemoteVersion } from "./context-history-wire.ts";
export type { Security } from "./credentials.ts";
export { createDecisionClient, type DecisionClient, type DecisionClientOptions } from "./decision-client.ts";
export { formatAddress, isLoopback, parseAddress, type HostPort } from "./listen-address.ts";
export { createMemberProbe } from "./member-probe.ts";
export { createMessageLinks, type RpcMessageLinks } from "./message-links.ts";
export { createPhaseTransport, type PhaseTransportOptions, type RpcPhaseTransport } from "./phase-transport.ts";
export { identityUri, type PeerIdentity, type ServiceRole } from "./peer-identity.ts";
export { probeAddress, type ProbeOutcome } from "./probe-address.ts";
export { createReasonerClient, type ReasonerClient, type ReasonerTarget } from "./reasoner-client.ts";
export { createRpcServer, type RpcServer, type RpcServerOptions } from "./rpc-server.ts";
export { openTlsFiles, tlsFileNames, type TlsFiles } from "./tls-files.ts";
export type { TlsMaterial, TlsSource } from "./tls-material.ts";
export { wireVersion } from "./wire-version.ts";
