/** What hushes what, by a running Alertmanager. It needs Debian's prometheus-alertmanager. */
import { expect, onTestFinished, test } from "vitest";

import { startAlertmanager } from "../support/monitoring.ts";
import { fire, type FiredAlert } from "./fired-alerts.ts";

interface Shown {
  readonly labels: { readonly alertname: string; readonly brand?: string };
  readonly status: { readonly state: string };
}

/** Hands the alerts to an Alertmanager of its own, and reads which of them it hushes. */
async function alertmanagerWith(
  alerts: readonly FiredAlert[],
): Promise<() => Promise<readonly string[]>> {
  const alertmanager = await startAlertmanager();
  onTestFinished(() => alertmanager[Symbol.asyncDispose]());
  await fire(alertmanager, alerts);
  return async () => {
    const response = await fetch(`${alertmanager.url}/api/v2/alerts`);
    const shown = (await response.json()) as readonly Shown[];
    return shown
      .filter((one) => one.status.state === "suppressed")
      .map(({ labels: { alertname, brand = "" } }) => `${alertname} ${brand}`)
      .toSorted();
  };
}

test("a spent budget hushes what else is said of that brand and period, and of no other", async () => {
  const month = { brand: "acme", period: "month" };
  const hushed = await alertmanagerWith([
    { alert: "BudgetExhausted", ...month },
    { alert: "BudgetNearlyExhausted", ...month, at: "0.8" },
    { alert: "BudgetForecastExceeded", ...month },
    { alert: "BudgetBurnSlow", ...month },
    { alert: "BudgetBurnFast", ...month },
    { alert: "BudgetNearlyExhausted", brand: "acme", period: "week", at: "0.8" },
    { alert: "BudgetNearlyExhausted", brand: "globex", period: "month", at: "0.8" },
    { alert: "SpendSpike", brand: "acme" },
  ]);
  await expect
    .poll(hushed)
    .toEqual([
      "SpendspanBudgetBurnSlow acme",
      "SpendspanBudgetForecastExceeded acme",
      "SpendspanBudgetNearlyExhausted acme",
    ]);
});

test("figures that are stale hush warnings about money, and nothing that is critical", async () => {
  const month = { brand: "acme", period: "month" };
  const hushed = await alertmanagerWith([
    { alert: "LedgerStale" },
    { alert: "BudgetNearlyExhausted", ...month, at: "0.8" },
    { alert: "BudgetForecastExceeded", brand: "globex", period: "month" },
    { alert: "SpendDrift", brand: "acme" },
    { alert: "BudgetBurnFast", ...month },
    { alert: "BudgetExhausted", brand: "globex", period: "month" },
    { alert: "AuditLag", instance: "a" },
    { alert: "Watchdog" },
  ]);
  await expect
    .poll(hushed)
    .toEqual([
      "SpendspanBudgetForecastExceeded globex",
      "SpendspanBudgetNearlyExhausted acme",
      "SpendspanSpendDrift acme",
    ]);
});

test("apps that are gone hush what rests on their counters, and not what the ledger says of budgets", async () => {
  const month = { brand: "acme", period: "month" };
  const hushed = await alertmanagerWith([
    { alert: "ExporterDown", job: "spendspan-app" },
    { alert: "BudgetNearlyExhausted", ...month, at: "0.8" },
    { alert: "BudgetForecastExceeded", ...month },
    { alert: "BudgetBurnSlow", ...month },
    { alert: "SpendSpike", brand: "acme" },
    { alert: "SpendDrift", brand: "acme" },
    { alert: "BudgetBurnFast", ...month },
  ]);
  await expect
    .poll(hushed)
    .toEqual([
      "SpendspanBudgetBurnSlow acme",
      "SpendspanSpendDrift acme",
      "SpendspanSpendSpike acme",
    ]);
});

test("a ledger that nobody shows hushes all warnings about money", async () => {
  const hushed = await alertmanagerWith([
    { alert: "ExporterDown", job: "spendspan-ledger" },
    { alert: "BudgetNearlyExhausted", brand: "acme", period: "month", at: "0.8" },
    { alert: "BudgetExhausted", brand: "globex", period: "month" },
  ]);
  await expect.poll(hushed).toEqual(["SpendspanBudgetNearlyExhausted acme"]);
});
