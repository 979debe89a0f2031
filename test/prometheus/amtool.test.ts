/** Where alerts go, by Alertmanager's own judgement. It needs `amtool`, of Debian's prometheus-alertmanager. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { ALERTS } from "./alert-case.ts";

const CONFIG = fileURLToPath(new URL("../../prometheus/alertmanager.yml", import.meta.url));

function amtool(...words: readonly string[]): string {
  const { error, status, stdout, stderr } = spawnSync("amtool", words, { encoding: "utf8" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(stdout + stderr);
  return stdout.trim();
}

function receiversOf(alert: string): string {
  const { labels } = ALERTS.find((one) => one.alert === `Spendspan${alert}`) ?? {};
  const all = { alertname: `Spendspan${alert}`, ...labels, brand: "acme", period: "month" };
  const words = Object.entries(all).map(([name, value]) => `${name}=${value}`);
  return amtool("config", "routes", "test", `--config.file=${CONFIG}`, ...words);
}

test("Alertmanager takes the configuration", () => {
  expect(amtool("check-config", CONFIG)).toContain("4 inhibit rules");
});

test("every alert goes where it is to go", () => {
  const names = ALERTS.map(({ alert }) => alert.slice("Spendspan".length));
  expect(Object.fromEntries(names.map((name) => [name, receiversOf(name)]))).toEqual({
    BudgetExhausted: "pager,finops",
    BudgetNearlyExhausted: "finops",
    BudgetForecastExceeded: "finops",
    BudgetBurnFast: "pager,finops",
    BudgetBurnSlow: "finops",
    BrandWithoutBudget: "finops",
    SpendSpike: "finops",
    ErrorRatioHigh: "operations",
    LatencyHigh: "operations",
    UnpricedModel: "finops",
    MeteringSilent: "pager,operations",
    AuditLag: "operations",
    AuditDrops: "pager,operations",
    DeadLetters: "operations",
    LedgerStale: "pager,operations",
    ExporterDown: "pager,operations",
    BudgetsInvalid: "operations",
    SpendDrift: "finops",
    LabelOverflow: "operations",
    SeriesNearLimit: "operations",
    Watchdog: "dead-mans-switch",
  });
});
