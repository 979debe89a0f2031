/** Which alerts the boards show. Rules are not evaluated here; they have tests of their own. */
import { FROM_MS, TO_MS } from "../../test/grafana/simulated-calls.ts";
import type { SimulatedAlert } from "../../test/grafana/simulated-alerts.ts";

const HOUR_MS = 3_600_000;

const WATCHDOG: SimulatedAlert = { name: "Watchdog", severity: "none", sinceMs: FROM_MS };

/** All is well. */
export const NO_ALERTS: readonly SimulatedAlert[] = [WATCHDOG];

/** What the rules find in the month of the company of the pictures. */
export const COMPANY_ALERTS: readonly SimulatedAlert[] = [
  WATCHDOG,
  {
    name: "BrandWithoutBudget",
    severity: "info",
    labels: { brand: "initech", period: "month" },
    sinceMs: Date.parse("2026-11-02T09:00:00Z"),
  },
  {
    name: "BudgetExhausted",
    severity: "critical",
    labels: { brand: "hooli", period: "month" },
    sinceMs: Date.parse("2026-11-23T09:30:00Z"),
  },
  {
    name: "BudgetForecastExceeded",
    severity: "warning",
    labels: { brand: "hooli", period: "month" },
    sinceMs: Date.parse("2026-11-06T12:00:00Z"),
  },
];

/** More than fit, with names as long as names get, and some that don't fire yet. */
export const MANY_ALERTS: readonly SimulatedAlert[] = [
  ...[3, 10, 17].map((brand) => ({
    name: "BudgetExhausted",
    severity: "critical",
    labels: { brand: `subsidiary-of-a-subsidiary-no-${brand}`, period: "month" },
    sinceMs: TO_MS - brand * HOUR_MS,
  })),
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
