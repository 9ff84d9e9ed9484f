/** Entrain: keeps a fleet of Node.js services in rhythm, of one mind and within budget. */
export {
  createAgent,
  type Agent,
  type AgentDecided,
  type AgentOptions,
  type DecideOptions,
  type PinoLike,
  type PromRegistry,
} from "./agent.ts";
export {
  type AgentEvents,
  type BeatEvent,
  type DegradedEvent,
  type LeaderEvent,
  type Listener,
  type Off,
} from "./agent-emitter.ts";
export {
  createAgentId,
  type Address,
  type HostOptions,
  type ReasonerLike,
  type RedisAddress,
} from "./agent-options.ts";
export type { RhythmOptions } from "./rhythm-options.ts";
export { createAgentHost, type AgentHost, type HostListeners, type Readiness } from "./agent-host.ts";
export type { Batcher, BatcherOptions, BatchInfo, Flush } from "@entrain/runtime";
export { EntrainError, type ErrorCode } from "@entrain/kernel";
export type { Decision, Reading, Verdict } from "@entrain/core/decision";
export type {
  EnergyBudget,
  GoalRecord,
  Proposal,
  Sighting,
  Strategy,
  StrategyView,
  Temperament,
} from "@entrain/core/rhythm";
export type { DecideOutcome, Question, Reasoner } from "@entrain/ports";
export type { TlsMaterial, TlsSource } from "@entrain/rpc";
