/** The future of a simulation: a binary heap by time, then by order of insertion, so that one seed gives one run. */

/** Events in the order of their instants. */
export interface EventQueue<Event> {
  readonly size: number;
  push(atNs: number, event: Event): void;
  /** The instant of the next event; Infinity where there is none. */
  nextAtNs(): number;
  /** Takes the next event out; undefined where there is none. */
  pop(): Event | undefined;
}

/** An empty queue. */
export function createEventQueue<Event>(): EventQueue<Event> {
  let times = new Float64Array(1024);
  let orders = new Float64Array(1024);
  const events: (Event | undefined)[] = [];
  let size = 0;
  let pushed = 0;

  const isBefore = (atNs: number, order: number, index: number): boolean => {
    const other = times[index] ?? Infinity;
    return atNs < other || (atNs === other && order < (orders[index] ?? Infinity));
  };
  const put = (index: number, atNs: number, order: number, event: Event | undefined): void => {
    times[index] = atNs;
    orders[index] = order;
    events[index] = event;
  };
  const move = (from: number, to: number): void => {
    put(to, times[from] ?? 0, orders[from] ?? 0, events[from]);
  };
  const grow = (): void => {
    const [oldTimes, oldOrders] = [times, orders];
    times = new Float64Array(2 * oldTimes.length);
    orders = new Float64Array(2 * oldOrders.length);
    times.set(oldTimes);
    orders.set(oldOrders);
  };
  const sinkFromTop = (atNs: number, order: number, event: Event | undefined): void => {
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(times[child + 1] ?? 0, orders[child + 1] ?? 0, child)) child++;
      if (isBefore(atNs, order, child)) break;
      move(child, hole);
      hole = child;
    }
    put(hole, atNs, order, event);
  };

  return {
    get size() {
      return size;
    },
    push(atNs, event) {
      if (size === times.length) grow();
      const order = pushed++;
      let hole = size++;
      while (hole > 0) {
        const parent = (hole - 1) >> 1;
        if (!isBefore(atNs, order, parent)) break;
        move(parent, hole);
        hole = parent;
      }
      put(hole, atNs, order, event);
    },
    nextAtNs: () => (size === 0 ? Infinity : (times[0] ?? Infinity)),
    pop() {
      if (size === 0) return undefined;
      const first = events[0];
      size--;
      const [atNs, order, last] = [times[size] ?? 0, orders[size] ?? 0, events[size]];
      events[size] = undefined;
      if (size > 0) sinkFromTop(atNs, order, last);
      return first;
    },
  };
}
