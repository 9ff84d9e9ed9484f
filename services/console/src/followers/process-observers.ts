/**
 * One observation per process of the alive members, by gRPC and not through the store: phases, beats and acts reach the
 * console also while Redis is away. A process that moved to another address is observed anew.
 */
import type { AgentProcess, Observation, Unsubscribe } from "@entrain/ports";
import type { AgentProcessView } from "../swarm-model/swarm-model.ts";

/** A client of one process. It dials again by itself until it is closed. */
export interface AgentConnection extends AgentProcess {
  close(): void;
}

/** How to reach a process. */
export type ConnectAgent = (target: { readonly processId: string; readonly address: string }) => AgentConnection;

/** The observed processes. */
export interface ProcessObservers {
  /** These are the processes now: new ones are observed, gone ones no more. */
  follow(processes: readonly AgentProcessView[]): void;
  /** The connection to a process that is observed. */
  connection(processId: string): AgentProcess | undefined;
  stop(): void;
}

interface Observed {
  readonly address: string;
  readonly connection: AgentConnection;
  readonly unsubscribe: Unsubscribe;
}

/** Observes nobody yet. `onFailure` hears of members whose address is no address. */
export function createProcessObservers(options: {
  readonly connect: ConnectAgent;
  readonly onObservation: (observation: Observation) => void;
  readonly onFailure: (what: string, thrown: unknown) => void;
}): ProcessObservers {
  const observed = new Map<string, Observed>();

  function begin(processId: string, address: string): void {
    try {
      const connection = options.connect({ processId, address });
      observed.set(processId, { address, connection, unsubscribe: connection.observe(options.onObservation) });
    } catch (thrown) {
      options.onFailure(`process ${processId}`, thrown);
    }
  }

  function end(processId: string, { unsubscribe, connection }: Observed): void {
    observed.delete(processId);
    unsubscribe();
    connection.close();
  }

  return {
    follow(processes) {
      const wanted = new Map(processes.map(({ processId, address }) => [processId, address]));
      for (const [processId, entry] of observed) if (wanted.get(processId) !== entry.address) end(processId, entry);
      for (const [processId, address] of wanted) if (!observed.has(processId)) begin(processId, address);
    },
    connection: (processId) => observed.get(processId)?.connection,
    stop() {
      for (const [processId, entry] of observed) end(processId, entry);
    },
  };
}
