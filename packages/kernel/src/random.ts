/**
 * Seeded randomness. Pure code takes a `Random` as data, so that one seed replays one run to the byte.
 * Generator: sfc32 (Chris Doty-Humphrey, PractRand), 128 bits of state; hash: murmur3's 32-bit finaliser over FNV-1a.
 */

/** A stream of pseudo-random numbers; not for secrets. */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number;
  /** Uniform integer in [0, bound), bound ≤ 2³². */
  int(bound: number): number;
}

/** A stable 32-bit hash of a text under a salt; the same on every machine. */
export function hash32(text: string, salt = 0): number {
  let hash = (0x811c9dc5 ^ salt) >>> 0;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A generator seeded by a text or number. */
export function createRandom(seed: string | number): Random {
  const text = String(seed);
  let a = hash32(text, 1);
  let b = hash32(text, 2);
  let c = hash32(text, 3);
  let counter = 1;
  const bits = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let warmUp = 0; warmUp < 12; warmUp++) bits();
  return {
    next: () => bits() / 4_294_967_296,
    int: (bound) => Math.floor((bits() / 4_294_967_296) * bound),
  };
}
