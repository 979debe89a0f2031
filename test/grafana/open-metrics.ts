/** Samples as OpenMetrics. */
import type { Labels } from "../../src/metrics/family.ts";

/** The line of one sample of `atMs`, with its end. */
export function sampleLine(name: string, labels: Labels, value: number, atMs: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return `${name}{${pairs.join(",")}} ${value} ${atMs / 1_000}\n`;
}
