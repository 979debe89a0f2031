/** What the benchmarks print, as it stands in README. */
import { arch, cpus, loadavg, platform, release } from "node:os";

export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model ?? "unknown"}, ${platform()} ${release()} ${arch()}, Node ${process.versions.node}`;
}

/** Processes that want a CPU, over the last minute: ours among them. */
export function load(): string {
  const [lastMinute = Number.NaN] = loadavg();
  return `Load ${lastMinute.toFixed(1)} on ${cpus().length} CPUs.`;
}
