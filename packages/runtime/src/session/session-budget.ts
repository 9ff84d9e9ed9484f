/**
 * The part of a budget that a session holds, and what is charged to it: what its steps report, each step once (B3).
 *
 * What was consumed is summed up from the log, which has each step's figure once, and told to the store as totals; so
 * whoever takes the session over tells the same again. A part is written down before it is asked for, under a request of its own
 * that is granted once. Order at the end: the session's end is written first, then the last figures are told, then
 * what is left is given back; a successor that finds an ended session does the last two again.
 */
import { EntrainError } from "@entrain/kernel";
import { addAmounts, amountOf, type Amounts } from "@entrain/core/budget";
import type { SessionBudgetSpec, SessionEvent, SessionRecord, SessionSpec, WantedStep } from "@entrain/core/session";
import type { BudgetDesk } from "../budget/budget-desk.ts";
import type { BudgetLease } from "../budget/budget-lease.ts";

/** Parts that one session may ask for. */
const partsMax = 1_000;

/** What it needs of who drives the session. */
export interface BudgetSurroundings {
  readonly append: (events: readonly SessionEvent[]) => Promise<void>;
  /** Something has changed: have another look. */
  readonly wake: () => void;
  /** Until the session's time is over, ms. */
  readonly leftMs: () => number;
}

/** A session's budget in the hands of who drives it. */
export interface SessionBudget {
  /** Takes hold of what was asked for before, or asks for the first part. Errors: those of the store. */
  take(): Promise<void>;
  /**
   * Tells what was consumed, and acts where that is all there is.
   * @param running what steps under way have consumed so far
   * @param wanting more steps are to be begun
   * @returns true where something has changed: then the session is to be worked out anew
   */
  look(running: Amounts, wanting: boolean): Promise<boolean>;
  /** Why the session cannot go on; undefined where it can. */
  gone(): string | undefined;
  /** Whether a step may be begun now. */
  allows(step: WantedStep): boolean;
  /** What a step that begins now may consume; undefined without a budget. */
  left(running: Amounts): Amounts | undefined;
  /** After the session's end: tells the last figures, and gives back the rest. Without an answer the lease's end does. */
  settle(): Promise<void>;
  /** Drops what is held without giving it back: the successor's same request is granted again. */
  leave(): void;
}

/** @param record of the session, as it goes on */
export function createSessionBudget(
  desk: Pick<BudgetDesk, "allocate" | "read">,
  { sessionId, budget }: Pick<SessionSpec, "sessionId" | "budget">,
  record: SessionRecord,
  around: BudgetSurroundings,
): SessionBudget {
  return budget === null ? noBudget : new HeldBudget(desk, sessionId, budget, record, around);
}

const nothing = (): Promise<void> => Promise.resolve();

const noBudget: SessionBudget = {
  take: nothing,
  look: () => Promise.resolve(false),
  gone: () => undefined,
  allows: () => true,
  left: () => undefined,
  settle: nothing,
  leave: () => undefined,
};

class HeldBudget implements SessionBudget {
  readonly #desk: Pick<BudgetDesk, "allocate" | "read">;
  readonly #sessionId: string;
  readonly #spec: SessionBudgetSpec;
  readonly #record: SessionRecord;
  readonly #around: BudgetSurroundings;
  readonly #leases = new Map<number, BudgetLease>();
  readonly #ending = new AbortController();
  /** What each part was last told, as text. */
  readonly #told = new Map<number, string>();
  /** Resources that are used up by use; known once the budget was read. */
  #consumables: readonly string[] = [];
  #gone: string | undefined;
  /** What a wait for room ended in, for the next look. */
  #failure: EntrainError | undefined;
  #isOver = false;

  constructor(
    desk: Pick<BudgetDesk, "allocate" | "read">,
    sessionId: string,
    spec: SessionBudgetSpec,
    record: SessionRecord,
    around: BudgetSurroundings,
  ) {
    this.#desk = desk;
    this.#sessionId = sessionId;
    this.#spec = spec;
    this.#record = record;
    this.#around = around;
  }

  async take(): Promise<void> {
    const available = await this.#readBudget();
    const { asked } = this.#record.budget;
    if (asked.length === 0) await this.#askMore(available);
    else for (const [index, amounts] of asked.entries()) await this.#hold(index + 1, amounts);
  }

  async look(running: Amounts, wanting: boolean): Promise<boolean> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#gone !== undefined) return true;
    const { granted, asked, consumed, exhausted } = this.#record.budget;
    const fresh = [...this.#leases.keys()].filter((part) => !granted.has(part));
    if (fresh.length > 0) {
      await this.#around.append(fresh.map((part) => ({ kind: "granted", part })));
      return true;
    }
    if (!(await this.#charge(consumed))) return true;
    if (exhausted !== null || this.#leases.size < asked.length) return false;
    const cause = this.#shortage(addAmounts(consumed, running), wanting);
    if (cause === undefined) return false;
    if (this.#spec.exhausted === "queue" && asked.length < partsMax) await this.#askMore({});
    else await this.#around.append([{ kind: "exhausted", cause }]);
    return true;
  }

  gone(): string | undefined {
    const { exhausted } = this.#record.budget;
    return this.#gone ?? (this.#spec.exhausted === "degrade" ? undefined : (exhausted ?? undefined));
  }

  allows({ merges, undoes }: WantedStep): boolean {
    const { asked, exhausted } = this.#record.budget;
    return undoes || (exhausted === null ? this.#leases.size === asked.length : merges);
  }

  left(running: Amounts): Amounts {
    const gone = addAmounts(this.#record.budget.consumed, running);
    const held = this.#held();
    return Object.fromEntries(
      Object.entries(held).map(([name, amount]) => [name, Math.max(0, amount - this.#usedUp(gone, name))]),
    );
  }

  async settle(): Promise<void> {
    this.#isOver = true;
    this.#ending.abort(new EntrainError("cancelled", "its session is over"));
    try {
      // A successor finds an ended session: the same requests are granted to it again.
      if (this.#leases.size === 0) await this.#holdAgain();
      await this.#tell(this.#record.budget.consumed);
    } catch (thrown) {
      // A lease that is over was settled before, or is presumed spent; what may be answered later is tried again.
      if (EntrainError.from(thrown).retryable) throw thrown;
    }
    for (const lease of this.#leases.values()) await lease.release();
  }

  leave(): void {
    this.#ending.abort(new EntrainError("cancelled", "another one drives the session"));
    for (const lease of this.#leases.values()) lease.leave();
  }

  /** What is there now, by resource. */
  async #readBudget(): Promise<Amounts> {
    const { budgetId, amounts } = this.#spec;
    const budget = await this.#desk.read(budgetId);
    this.#consumables = Object.keys(amounts).filter((resource) => budget?.kinds[resource] === "consumable");
    return budget?.available ?? {};
  }

  async #holdAgain(): Promise<void> {
    await this.#readBudget();
    for (const [index, amounts] of this.#record.budget.asked.entries()) {
      const wish = { amounts, requestId: this.#requestOf(index + 1) };
      try {
        this.#leases.set(index + 1, await this.#desk.allocate(this.#spec.budgetId, wish));
      } catch (thrown) {
        // A part that has ended was settled before, or is presumed spent.
        if (EntrainError.from(thrown).retryable) throw thrown;
      }
    }
  }

  /** Asks for a part more; where the session takes less, for what there is. */
  async #askMore(available: Amounts): Promise<void> {
    const { amounts, exhausted } = this.#spec;
    const part = this.#record.budget.asked.length + 1;
    const fitting = (name: string, amount: number): number =>
      exhausted === "degrade" ? Math.max(1, Math.min(amount, amountOf(available, name))) : amount;
    const asked = Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, fitting(name, amount)]));
    await this.#around.append([{ kind: "asked", part, amounts: asked }]);
    await this.#hold(part, asked);
  }

  /** Takes a part, at once or, where the session may wait, when there is room. */
  async #hold(part: number, amounts: Amounts): Promise<void> {
    if (this.#spec.exhausted !== "queue") return this.#request(part, amounts, 0);
    void this.#request(part, amounts, Math.max(0, this.#around.leftMs()))
      .catch((thrown: unknown) => {
        this.#failure = EntrainError.from(thrown);
      })
      .then(this.#around.wake);
  }

  async #request(part: number, amounts: Amounts, waitMs: number): Promise<void> {
    const { signal } = this.#ending;
    try {
      const wish = { amounts, requestId: this.#requestOf(part), waitMs, signal };
      await this.#keep(part, await this.#desk.allocate(this.#spec.budgetId, wish));
    } catch (thrown) {
      const error = EntrainError.from(thrown);
      if (signal.aborted) return;
      if (error.retryable && error.code !== "resource-exhausted") throw error;
      this.#gone = `its budget: ${error.message}`;
    }
  }

  async #keep(part: number, lease: BudgetLease): Promise<void> {
    if (this.#ending.signal.aborted) {
      if (this.#isOver) await lease.release();
      else lease.leave();
      return;
    }
    this.#leases.set(part, lease);
    lease.signal.addEventListener("abort", () => {
      if (this.#ending.signal.aborted) return;
      this.#gone = `its budget: ${EntrainError.from(lease.signal.reason).message}`;
      this.#around.wake();
    });
  }

  #requestOf(part: number): string {
    return part === 1 ? `session.${this.#sessionId}` : `session.${this.#sessionId}.${part}`;
  }

  /** Tells what was consumed; false where a part is not the session's any more: then its budget is gone. */
  async #charge(consumed: Amounts): Promise<boolean> {
    try {
      await this.#tell(consumed);
      return true;
    } catch (thrown) {
      const error = EntrainError.from(thrown);
      if (error.retryable) throw error;
      this.#gone = `its budget: ${error.message}`;
      return false;
    }
  }

  #held(): Amounts {
    return [...this.#leases.values()].reduce<Amounts>((sum, { amounts }) => addAmounts(sum, amounts), {});
  }

  #usedUp(gone: Amounts, resource: string): number {
    return this.#consumables.includes(resource) ? amountOf(gone, resource) : 0;
  }

  /** What is used up, in words. */
  #shortage(consumed: Amounts, wanting: boolean): string | undefined {
    const held = this.#held();
    const short = this.#consumables.find((name) => {
      const left = amountOf(held, name) - amountOf(consumed, name);
      return left < 0 || (left === 0 && wanting);
    });
    if (short === undefined) return undefined;
    return `its budget ${this.#spec.budgetId}: ${amountOf(consumed, short)} of ${amountOf(held, short)} ${short} are consumed`;
  }

  /**
   * Totals of each part, the first one filled first; what is beyond them all is nobody's. A part that is not held counts with
   * what was asked for, and one that has ended keeps nobody from hearing of the others.
   */
  async #tell(consumed: Amounts): Promise<void> {
    let before: Amounts = {};
    let ended: EntrainError | undefined;
    for (const [index, amounts] of this.#record.budget.asked.entries()) {
      const part = index + 1;
      const lease = this.#leases.get(part);
      const held = lease?.amounts ?? amounts;
      const share = this.#consumables.flatMap((name) => {
        const amount = Math.min(amountOf(held, name), amountOf(consumed, name) - amountOf(before, name));
        return amount > 0 ? [[name, amount] as const] : [];
      });
      before = addAmounts(before, held);
      const text = JSON.stringify(share);
      if (lease === undefined || share.length === 0 || this.#told.get(part) === text) continue;
      try {
        await lease.consume(Object.fromEntries(share));
        this.#told.set(part, text);
      } catch (thrown) {
        const error = EntrainError.from(thrown);
        if (error.retryable) throw error;
        ended ??= error;
      }
    }
    if (ended !== undefined) throw ended;
  }
}
