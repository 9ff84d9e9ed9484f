/** Picks the replica to send work to by the phases of the swarm: one that is far from its own beat. */
import { createRandom, EntrainError } from "@entrain/kernel";
import { distanceToBeat, pickFurthest } from "@entrain/core/rhythm";

/** A member of the swarm that is alive, and where it stands. */
export interface Replica {
  readonly agentId: string;
  /** host:port of its process's gRPC server. */
  readonly address: string;
  /** Its beat count, with the fraction of its cycle. */
  readonly cycle: number;
}

/** How to pick. */
export interface PickerOptions {
  /** How many replicas are drawn by chance, of which the furthest from its beat is taken (default 2); Infinity: of all. */
  readonly choices?: number;
  /** Which agents take part (default: all but this one). */
  readonly among?: (agentId: string) => boolean;
}

/** A replica that was picked. */
export interface PickedReplica extends Pick<Replica, "agentId" | "address"> {
  /** How far it is from its beat, in periods: 0 to 0.5. */
  readonly fromBeat: number;
}

/** Picks replicas. */
export interface Picker {
  /** One of them; undefined where there is none. Asks nobody: it goes by what this agent knows at this instant. */
  pick(): PickedReplica | undefined;
}

/** @throws EntrainError `invalid-argument` that names the option. */
export function createPicker(agentId: string, replicas: () => readonly Replica[], options: PickerOptions = {}): Picker {
  const { choices = 2, among = (id: string) => id !== agentId } = options;
  if (!(choices >= 1 && (Number.isInteger(choices) || choices === Infinity)))
    throw EntrainError.invalid("choices", choices, "give a whole number from 1, or Infinity");
  if (typeof among !== "function") throw EntrainError.invalid("among", among, "give a function of an agent's id");
  const random = createRandom(`picks of ${agentId} ${performance.now()}`);
  return {
    pick() {
      const picked = pickFurthest(
        replicas().filter((replica) => among(replica.agentId)),
        choices,
        random,
      );
      if (picked === undefined) return undefined;
      return { agentId: picked.agentId, address: picked.address, fromBeat: distanceToBeat(picked.cycle) };
    },
  };
}
