/**
 * The next instant of each of a fixed number of agents, the earliest on top (of equal ones the lower index): a heap with
 * four children a node, in which every agent's place is known, so that an instant can be moved.
 *
 * Memory per agent: 8 B instant, 4 B place, 4 B entry.
 */
export class IndexedHeap {
  /** The instants by agent; change them through `move` alone. */
  readonly instants: Float64Array;
  readonly #entries: Uint32Array;
  readonly #places: Uint32Array;

  constructor(instants: Float64Array) {
    this.instants = instants;
    // In the order of the instants it is a heap already.
    const sorted = [...instants.keys()].sort((a, b) => (instants[a] ?? 0) - (instants[b] ?? 0) || a - b);
    this.#entries = Uint32Array.from(sorted);
    this.#places = new Uint32Array(instants.length);
    for (const [place, agent] of sorted.entries()) this.#places[agent] = place;
  }

  get byteLength(): number {
    return this.instants.byteLength + this.#entries.byteLength + this.#places.byteLength;
  }

  /** Who is next; undefined where there is nobody. */
  top(): number | undefined {
    return this.#entries[0];
  }

  /** The agent's next instant is another one. */
  move(agent: number, instant: number): void {
    const before = this.instants[agent] ?? 0;
    this.instants[agent] = instant;
    if (instant < before) this.#rise(agent, instant);
    else this.#sink(agent, instant);
  }

  #rise(agent: number, instant: number): void {
    const entries = this.#entries;
    let place = this.#places[agent] ?? 0;
    while (place > 0) {
      const above = (place - 1) >> 2;
      const other = entries[above] ?? 0;
      if (!this.#isBefore(agent, instant, other)) break;
      this.#put(place, other);
      place = above;
    }
    this.#put(place, agent);
  }

  #sink(agent: number, instant: number): void {
    const entries = this.#entries;
    const { length } = entries;
    let place = this.#places[agent] ?? 0;
    for (;;) {
      const first = 4 * place + 1;
      if (first >= length) break;
      const end = Math.min(first + 4, length);
      let least = first;
      let leastAgent = entries[first] ?? 0;
      for (let child = first + 1; child < end; child++) {
        const childAgent = entries[child] ?? 0;
        if (!this.#isBefore(childAgent, this.instants[childAgent] ?? 0, leastAgent)) continue;
        least = child;
        leastAgent = childAgent;
      }
      if (!this.#isBefore(leastAgent, this.instants[leastAgent] ?? 0, agent, instant)) break;
      this.#put(place, leastAgent);
      place = least;
    }
    this.#put(place, agent);
  }

  #isBefore(agent: number, instant: number, other: number, otherInstant = this.instants[other] ?? 0): boolean {
    return instant < otherInstant || (instant === otherInstant && agent < other);
  }

  #put(place: number, agent: number): void {
    this.#entries[place] = agent;
    this.#places[agent] = place;
  }
}
