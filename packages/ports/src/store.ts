/** The store's state as its clients see it (S1). */
import type { Unsubscribe } from "./subscription.ts";

/** Whether the store answers, and which life of it. */
export interface StoreStatus {
  readonly up: boolean;
  /** 1, 2, 3 …; +1 when the store may have lost writes; 0 before the first connection. */
  readonly generation: number;
}

/** Watches the store itself. */
export interface StoreHealth {
  status(): StoreStatus;
  watch(onChange: (status: StoreStatus) => void): Unsubscribe;
}
