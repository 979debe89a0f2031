/** Alerts as Prometheus writes them of rules that it evaluates. Here they are made up: rules have tests of their own. */
import type { Labels } from "../../src/metrics/family.ts";
import { sampleLine } from "./open-metrics.ts";

export interface SimulatedAlert {
  /** Without the prefix that all have. */
  readonly name: string;
  readonly severity: string;
  /** What it is about. */
  readonly labels?: Labels;
  readonly sinceMs: number;
  readonly isPending?: boolean;
}

/** As OpenMetrics, of a moment at which they are there. */
export function alertsPage(alerts: readonly SimulatedAlert[], atMs: number): string {
  return alerts
    .flatMap(({ name, severity, labels = {}, sinceMs, isPending = false }) => {
      const own = { alertname: `Spendspan${name}`, severity, ...labels };
      const state = isPending ? "pending" : "firing";
      return [
        sampleLine("ALERTS", { ...own, alertstate: state }, 1, atMs),
        sampleLine("ALERTS_FOR_STATE", own, sinceMs / 1_000, atMs),
      ];
    })
    .join("");
}
