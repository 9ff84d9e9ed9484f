/**
 * Keeps the lease of one run: renews it until it is closed, and says so once when it is lost. It is lost by this process's
 * own monotonic clock a margin before the store may give the run to another, counted from the *sending* of the last renewal
 * that was answered (L4).
 */
import type { ElectionTimings } from "@entrain/core/election";
import type { ClaimedRun, Clock, ScheduleStore, Timers } from "@entrain/ports";

/** What it needs. */
export interface RunLeaseOptions {
  readonly store: Pick<ScheduleStore, "renew">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly timings: ElectionTimings;
  readonly job: string;
  readonly run: ClaimedRun;
  /** When the claim was sent, by the monotonic clock. */
  readonly sentMs: number;
  readonly onLost: () => void;
}

/** The lease of one run. */
export class RunLease {
  readonly #options: RunLeaseOptions;
  #run: ClaimedRun;
  #over = false;
  #callOffRenewal: () => void = () => undefined;
  #callOffEnd: () => void = () => undefined;

  constructor(options: RunLeaseOptions) {
    this.#options = options;
    this.#run = options.run;
    this.#holdFrom(options.sentMs);
    this.#schedule();
  }

  /** The run as it was renewed last. */
  run(): ClaimedRun {
    return this.#run;
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
    const { store, clock, job, timings } = this.#options;
    const sentMs = clock.monoMs();
    try {
      const renewed = await store.renew(job, this.#run, timings.leaseMs);
      if (this.#over) return;
      if (renewed === undefined) {
        this.#lose();
        return;
      }
      this.#run = renewed;
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
