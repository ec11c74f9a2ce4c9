/**
 * Seeded random numbers: xoshiro128** 1.1 (Blackman and Vigna, 2018), its state filled by splitmix32.
 * Randomness is a parameter everywhere in Visage: the same seed gives the same bytes on every machine.
 */
export class Random {
  readonly #state = new Uint32Array(4);
  #spareNormal: number | undefined;

  /** @param seed any finite number; only its low 32 bits count. */
  constructor(seed: number) {
    let word = seed >>> 0;
    for (let i = 0; i < 4; i++) {
      // splitmix32: the 32-bit variant of Steele, Lea and Flood's SplitMix with murmur3's finaliser.
      word = (word + 0x9e3779b9) >>> 0;
      let mixed = word;
      mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
      this.#state[i] = (mixed ^ (mixed >>> 16)) >>> 0;
    }
  }

  /** Next 32 random bits as an unsigned integer. */
  bits(): number {
    const s = this.#state as unknown as [number, number, number, number];
    const rotated = Math.imul(s[1], 5);
    const result = Math.imul((rotated << 7) | (rotated >>> 25), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }

  /** Uniform in [0, 1), 32 bits of it. */
  next(): number {
    return this.bits() / 4294967296;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Uniform integer in [0, below). */
  integer(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** Standard normal, by the Box–Muller transform. */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    const angle = 2 * Math.PI * this.next();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** A uniformly chosen element. The list must not be empty. */
  choice<Item>(items: readonly Item[]): Item {
    return items[this.integer(items.length)] as Item;
  }

  /** The numbers 0…count−1 in random order (Fisher–Yates). */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = order[i]!;
      order[i] = order[j]!;
      order[j] = kept;
    }
    return order;
  }

  /** A generator of its own for `label`: adding draws in one place does not change those of another. */
  fork(label: string): Random {
    // FNV-1a, 32 bits (Fowler, Noll, Vo).
    let hash = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(label)) hash = Math.imul(hash ^ byte, 0x01000193);
    return new Random((this.#state[0]! ^ Math.imul(this.#state[2]!, 0x9e3779b1) ^ hash) >>> 0);
  }
}
