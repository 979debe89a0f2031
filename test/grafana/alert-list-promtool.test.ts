/** The list of alerts on a real Prometheus. */
import { afterAll, beforeAll, expect, test } from "vitest";

import { boardFile } from "./board-file.ts";
import { PrometheusServer } from "./prometheus-server.ts";
import { alertsPage, type SimulatedAlert } from "./simulated-alerts.ts";
import { TO_MS } from "./simulated-calls.ts";

const HOUR_MS = 3_600_000;
const ALERTS: readonly SimulatedAlert[] = [
  { name: "Watchdog", severity: "none", sinceMs: TO_MS - 48 * HOUR_MS },
  {
    name: "BudgetExhausted",
    severity: "critical",
    labels: { brand: "acme", period: "month" },
    sinceMs: TO_MS - 1.5 * HOUR_MS,
  },
  {
    name: "ErrorRatioHigh",
    severity: "warning",
    labels: { brand: "globex", model: "gemini-2.5-pro" },
    sinceMs: TO_MS - HOUR_MS / 12,
    isPending: true,
  },
];
const { targets = [] } = boardFile("spendspan-requests").panels.find(
  ({ title }) => title === "Alerts",
)!;

let prometheus: PrometheusServer;
beforeAll(async () => {
  prometheus = await PrometheusServer.start([`${alertsPage(ALERTS, TO_MS)}# EOF\n`]);
}, 60_000);
afterAll(() => prometheus?.stop());

/** By name and subject; labels that an alert has not leave spaces, which a page shows as one. */
async function valuesOf(refId: string): Promise<Readonly<Record<string, number>>> {
  const { expr } = targets.find((target) => target.refId === refId)!;
  const series = await prometheus.instant(expr!, TO_MS);
  return Object.fromEntries(
    series.map(({ labels: { alert, subject }, points }) => [
      `${alert} ${subject}`.replaceAll(/ +/g, " ").trim(),
      points[0]![1],
    ]),
  );
}

test("ranks what pages above all, and what fires above what is to", async () => {
  expect(await valuesOf("A")).toEqual({
    "BudgetExhausted acme month": 7,
    "ErrorRatioHigh globex gemini-2.5-pro": 4,
    Watchdog: 1,
  });
});

test("says for how many seconds", async () => {
  expect(await valuesOf("B")).toEqual({
    "BudgetExhausted acme month": 5_400,
    "ErrorRatioHigh globex gemini-2.5-pro": 300,
    Watchdog: 172_800,
  });
});

test("is empty when no rules are evaluated, and only then", async () => {
  const [{ expr } = {}] = targets;
  expect(await prometheus.instant(expr!, TO_MS - HOUR_MS)).toEqual([]);
});
