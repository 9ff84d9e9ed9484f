/**
 * Keeps the lease of one thing that is held: renews it until it is closed, and says so once when it is lost. It is lost by
 * this process's own monotonic clock a margin before the store may give the thing to another, counted from the *sending* of the last renewal
 * that was answered (L4).
 */
import type { ElectionTimings } from "@entrain/core/election";
import type { Clock, Timers } from "@entrain/ports";

/** What it needs. */
export interface LeaseKeeperOptions<Held> {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly timings: ElectionTimings;
  readonly held: Held;
  /** When the claim was sent, by the monotonic clock. */
  readonly sentMs: number;
  /** What is held, with its lease prolonged; undefined: it is the caller's no more. */
  readonly renew: (held: Held) => Promise<Held | undefined>;
  readonly onLost: () => void;
}

/** One lease. */
export class LeaseKeeper<Held> {
  readonly #options: LeaseKeeperOptions<Held>;
  #held: Held;
  #over = false;
  #callOffRenewal: () => void = () => undefined;
  #callOffEnd: () => void = () => undefined;

  constructor(options: LeaseKeeperOptions<Held>) {
    this.#options = options;
    this.#held = options.held;
    this.#holdFrom(options.sentMs);
    this.#schedule();
  }

  /** What is held, as it was renewed last. */
  held(): Held {
    return this.#held;
  }

  /** False once it is lost or closed. */
  holds(): boolean {
    return !this.#over;
  }

  /** Renews it no more. */
  close(): void {
    this.#over = true;
    this.#callOffRenewal();
    this.#callOffEnd();
  }

  #holdFrom(sentMs: number): void {
    const { clock, timers, timings } = this.#options;
    this.#callOffEnd();
    const leftMs = sentMs + timings.leaseMs - timings.stopMarginMs - clock.monoMs();
    this.#callOffEnd = timers.after(Math.max(0, leftMs), () => {
      this.#lose();
    });
  }

  #schedule(): void {
    this.#callOffRenewal = this.#options.timers.after(this.#options.timings.renewEveryMs, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const { clock, renew } = this.#options;
    const sentMs = clock.monoMs();
    try {
      const renewed = await renew(this.#held);
      if (this.#over) return;
      if (renewed === undefined) {
        this.#lose();
        return;
      }
      this.#held = renewed;
      this.#holdFrom(sentMs);
    } catch {
      // The store's adapter has reported the fault; the lease goes on to its end.
    }
    if (!this.holds()) return;
    this.#schedule();
  }

  #lose(): void {
    if (this.#over) return;
    this.close();
    this.#options.onLost();
  }
}
