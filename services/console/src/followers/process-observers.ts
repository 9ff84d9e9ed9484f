/**
 * One observation per process of the alive members, by gRPC and not through the store: phases, beats and acts reach the
 * console also while Redis is away. A process that moved to another address is observed anew.
 */
import type { Reading } from "@entrain/core/decision";
import type { AgentDecision, Observation, Unsubscribe } from "@entrain/ports";
import type { AgentProcessView } from "../swarm-model/swarm-model.ts";

/** A client of one process. It dials again by itself until it is closed. */
export interface AgentConnection {
  /** `onState` hears of each loss of the process, and of its coming back. */
  observe(
    listener: (observation: Observation & { readonly processId: string }) => void,
    onState: (state: { readonly up: boolean; readonly error?: Error }) => void,
  ): Unsubscribe;
  inject(reading: Reading, incidentId: string | undefined, deadlineMs: number): Promise<readonly AgentDecision[]>;
  resign(agentId: string, deadlineMs: number): Promise<boolean>;
  close(): void;
}

/** How to reach a process. */
export type ConnectAgent = (target: { readonly processId: string; readonly address: string }) => AgentConnection;

/** The observed processes. */
export interface ProcessObservers {
  /** These are the processes now: new ones are observed, gone ones no more. */
  follow(processes: readonly AgentProcessView[]): void;
  /** The connection to a process that is observed. */
  connection(processId: string): AgentConnection | undefined;
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
      observed.set(processId, { address, connection, unsubscribe: observe(processId, connection) });
    } catch (thrown) {
      options.onFailure(`process ${processId}`, thrown);
    }
  }

  function observe(processId: string, connection: AgentConnection): Unsubscribe {
    let lost = false;
    return connection.observe(
      (observation) => {
        // A newcomer at a dead process's address is observed under its own name once it is a member.
        if (observation.processId === processId) options.onObservation(observation);
      },
      ({ up, error }) => {
        // Once per loss: it is dialled for as long as it counts as alive.
        if (!up && !lost) options.onFailure(`process ${processId}`, error);
        lost = !up;
      },
    );
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
