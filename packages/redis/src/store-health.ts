/** Whether the store answers and in which generation (S1), for those who want to know. */
import { EntrainError } from "@entrain/kernel";
import type { EventSink, StoreHealth, StoreStatus } from "@entrain/ports";

/** The port with the side that sets it. */
export interface SettableStoreHealth extends StoreHealth {
  set(change: Partial<StoreStatus>): void;
  /** What is set from now on is no news: the connections end on purpose. */
  end(): void;
}

/** Down, in generation 0. Tells the watchers and then, until the end, the event sink of each change. */
export function createStoreHealth(events: EventSink): SettableStoreHealth {
  const watchers = new Set<(status: StoreStatus) => void>();
  let status: StoreStatus = { up: false, generation: 0 };
  let ended = false;
  return {
    status: () => status,
    watch(onChange) {
      const watcher = (next: StoreStatus): void => {
        onChange(next);
      };
      watchers.add(watcher);
      return () => {
        watchers.delete(watcher);
      };
    },
    set(change) {
      const next = { ...status, ...change };
      if (next.up === status.up && next.generation === status.generation) return;
      status = next;
      for (const watcher of [...watchers])
        try {
          watcher(next);
        } catch (thrown) {
          events({ kind: "listener.failed", listener: "store", message: EntrainError.from(thrown).message });
        }
      if (!ended) events({ kind: "store.changed", ...next });
    },
    end() {
      ended = true;
    },
  };
}
