/** Which alerts the boards show. Rules are not evaluated here; they have tests of their own. */
import { FROM_MS, TO_MS } from "../../test/grafana/simulated-calls.ts";
import type { SimulatedAlert } from "../../test/grafana/simulated-alerts.ts";

const HOUR_MS = 3_600_000;

const WATCHDOG: SimulatedAlert = { name: "Watchdog", severity: "none", sinceMs: FROM_MS };

/** All is well. */
export const NO_ALERTS: readonly SimulatedAlert[] = [WATCHDOG];

export const ONE_BRAND_ALERTS: readonly SimulatedAlert[] = [
  WATCHDOG,
  exhausted("acme", TO_MS - 44 * HOUR_MS),
];

/** What the rules find in the month of the company of the pictures. */
export const COMPANY_ALERTS: readonly SimulatedAlert[] = [
  WATCHDOG,
  {
    name: "BrandWithoutBudget",
    severity: "info",
    labels: { brand: "initech", period: "month" },
    sinceMs: TO_MS - 531 * HOUR_MS,
  },
  exhausted("hooli", TO_MS - 27 * HOUR_MS),
  {
    name: "BudgetForecastExceeded",
    severity: "warning",
    labels: { brand: "hooli", period: "month" },
    sinceMs: TO_MS - 432 * HOUR_MS,
  },
];

/** More than fit, with names as long as names get, and some that don't fire yet. */
export const MANY_ALERTS: readonly SimulatedAlert[] = [
  ...[3, 10, 17].map((brand) =>
    exhausted(`subsidiary-of-a-subsidiary-no-${brand}`, TO_MS - brand * HOUR_MS),
  ),
  {
    name: "LedgerStale",
    severity: "critical",
    isPending: true,
    sinceMs: TO_MS - HOUR_MS / 8,
  },
  {
    name: "AuditLag",
    severity: "warning",
    labels: { job: "spendspan-app", instance: "app-0:9464" },
    sinceMs: TO_MS - HOUR_MS / 3,
  },
  {
    name: "ErrorRatioHigh",
    severity: "warning",
    labels: { brand: "brand-12", model: "gemini-2.5-pro" },
    isPending: true,
    sinceMs: TO_MS - HOUR_MS / 6,
  },
  WATCHDOG,
];

function exhausted(brand: string, sinceMs: number): SimulatedAlert {
  return {
    name: "BudgetExhausted",
    severity: "critical",
    labels: { brand, period: "month" },
    sinceMs,
  };
}
