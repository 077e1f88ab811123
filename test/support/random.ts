/** A source of numbers that depend on its seed only, in every runtime. */
export interface Random {
  /** Returns a whole number from 0 to `limit` - 1. */
  readonly below: (limit: number) => number;
  /** Returns whether something that happens once in `times` has happened. */
  readonly once: (times: number) => boolean;
  readonly pick: <Item>(items: readonly [Item, ...Item[]]) => Item;
  readonly bytes: (length: number) => Uint8Array<ArrayBuffer>;
}

/** Creates the source of a seed (Mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed;
  function below(limit: number): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }
  return {
    below,
    once: (times) => below(times) === 0,
    pick: (items) => items[below(items.length)] ?? items[0],
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  };
}
