/** What hushes what, by a running Alertmanager. It needs Debian's prometheus-alertmanager. */
import { expect, onTestFinished, test } from "vitest";

import { startAlertmanager } from "../support/monitoring.ts";
import { ALERTS } from "./alert-case.ts";

const PATIENTLY = { timeout: 20_000 };

interface Shown {
  readonly labels: { readonly alertname: string; readonly brand?: string };
  readonly status: { readonly state: string };
}

/** Hands the alerts to an Alertmanager of its own, and reads which of them it hushes. */
async function alertmanagerWith(
  alerts: readonly Readonly<Record<string, string>>[],
): Promise<() => Promise<readonly string[]>> {
  const alertmanager = await startAlertmanager();
  onTestFinished(() => alertmanager[Symbol.asyncDispose]());
  const url = `${alertmanager.url}/api/v2/alerts`;
  const sent = alerts.map(({ alert = "", ...labels }) => {
    const alertname = `Spendspan${alert}`;
    const own = ALERTS.find((one) => one.alert === alertname)?.labels;
    return { labels: { alertname, ...own, ...labels } };
  });
  const headers = { "content-type": "application/json" };
  const { status } = await fetch(url, { method: "POST", headers, body: JSON.stringify(sent) });
  expect(status).toBe(200);
  return async () => {
    const shown = (await (await fetch(url)).json()) as readonly Shown[];
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
    .poll(hushed, PATIENTLY)
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
    .poll(hushed, PATIENTLY)
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
    .poll(hushed, PATIENTLY)
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
  await expect.poll(hushed, PATIENTLY).toEqual(["SpendspanBudgetNearlyExhausted acme"]);
});
