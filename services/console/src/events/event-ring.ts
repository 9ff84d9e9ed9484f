/** A bounded history of numbered entries: the newest ones, and how far back what was dropped reaches. */

/** Something with a number; numbers grow, and may have gaps. */
export interface Numbered {
  readonly seq: number;
}

/** The newest entries. */
export interface EventRing<Entry extends Numbered> {
  push(entry: Entry): void;
  /** At most `limit` wanted entries with a number above `seq`, oldest first. */
  after(seq: number, limit: number, wanted: (entry: Entry) => boolean): readonly Entry[];
  /** The highest number that was dropped; 0 before anything was. */
  droppedThrough(): number;
}

/** A ring of `capacity` entries. */
export function createEventRing<Entry extends Numbered>(capacity: number): EventRing<Entry> {
  const slots: Entry[] = [];
  let oldest = 0;
  let dropped = 0;
  const at = (index: number): Entry | undefined => slots[(oldest + index) % capacity];

  /** The index of the first entry above `seq`, by bisection. */
  function indexAbove(seq: number): number {
    let low = 0;
    let high = slots.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((at(middle)?.seq ?? 0) > seq) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  return {
    push(entry) {
      if (slots.length < capacity) {
        slots.push(entry);
        return;
      }
      dropped = slots[oldest]?.seq ?? dropped;
      slots[oldest] = entry;
      oldest = (oldest + 1) % capacity;
    },
    after(seq, limit, wanted) {
      const found: Entry[] = [];
      for (let index = indexAbove(seq); index < slots.length && found.length < limit; index++) {
        const entry = at(index);
        if (entry !== undefined && wanted(entry)) found.push(entry);
      }
      return found;
    },
    droppedThrough: () => dropped,
  };
}
