/** Chance from a seed: every run of the demo makes the same calls in the same order. */

/** Numbers from 0 up to, and without, 1. */
export type Random = () => number;

/** Mulberry32: small, and even enough for a demo. */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of `items`, each as likely as its weight. There must be one. */
export function pick<Item>(
  items: readonly Item[],
  random: Random,
  weightOf: (item: Item) => number = () => 1,
): Item {
  let left = random() * items.reduce((sum, item) => sum + weightOf(item), 0);
  const found = items.find((item) => (left -= weightOf(item)) < 0) ?? items.at(-1);
  if (found === undefined) throw new Error("Expected something to pick from");
  return found;
}
