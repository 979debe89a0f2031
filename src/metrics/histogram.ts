/** A histogram under one set of labels; as cheap to add to as to a counter. */
import type { HistogramPoint, Labels } from "./family.ts";

export class Histogram {
  readonly #labels: Labels;
  readonly #buckets: readonly number[];
  readonly #counts: number[];
  #count = 0;
  #sum = 0;

  /** @param buckets Upper bounds, ascending; a value equal to a bound is in that bound's bucket. */
  constructor(labels: Labels, buckets: readonly number[]) {
    this.#labels = labels;
    this.#buckets = buckets;
    this.#counts = Array.from({ length: buckets.length + 1 }, () => 0);
  }

  /** Counts a value. Anything but a number of 0 or more would spoil the sum for good, and is left out. */
  record(value: number): void {
    if (!(value >= 0 && value < Infinity)) return;
    let index = 0;
    while (index < this.#buckets.length && value > (this.#buckets[index] ?? Infinity)) index += 1;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count += 1;
    this.#sum += value;
  }

  /** Nothing until a value was counted: empty histograms would be half of a page. */
  points(): readonly HistogramPoint[] {
    if (this.#count === 0) return [];
    return [
      {
        labels: this.#labels,
        counts: [...this.#counts],
        count: this.#count,
        sum: this.#sum,
      },
    ];
  }
}
