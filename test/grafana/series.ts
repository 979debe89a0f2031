/** What Prometheus answers: points of one set of labels. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Unix time in seconds, and the value. */
  readonly points: readonly (readonly [number, number])[];
}
