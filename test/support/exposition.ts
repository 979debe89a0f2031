/** Reads the samples of one metric out of the text of `/metrics`. */

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export function samplesOf(text: string, metric: string): readonly Sample[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${metric}{`))
    .map((line) => {
      const labels = [...line.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
      return {
        labels: Object.fromEntries(labels.map(([, name, value]) => [name!, value!])),
        value: Number(line.slice(line.lastIndexOf(" "))),
      };
    });
}

/** The samples' sums by the value of `label`. */
export function sumsBy(
  samples: readonly Sample[],
  label: string,
): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { labels, value } of samples) {
    const key = labels[label] ?? "";
    sums[key] = (sums[key] ?? 0) + value;
  }
  return sums;
}
