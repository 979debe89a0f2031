/** What hushes what, by a running Alertmanager. It needs Debian's prometheus-alertmanager. */
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

import { temporaryDirectory } from "../support/temporary-directory.ts";
import { ALERTS } from "./alert-case.ts";

const CONFIG = fileURLToPath(new URL("../../prometheus/alertmanager.yml", import.meta.url));

const PATIENTLY = { timeout: 20_000 };

interface Shown {
  readonly labels: { readonly alertname: string; readonly brand?: string };
  readonly status: { readonly state: string };
}

/** Hands the alerts to an Alertmanager of its own, and reads which of them it hushes. */
async function alertmanagerWith(
  alerts: readonly Readonly<Record<string, string>>[],
): Promise<() => Promise<readonly string[]>> {
  const url = `${await startedAlertmanager()}/api/v2/alerts`;
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

async function startedAlertmanager(): Promise<string> {
  const address = `127.0.0.1:${await freePort()}`;
  const server = spawn("prometheus-alertmanager", [
    `--config.file=${CONFIG}`,
    `--storage.path=${temporaryDirectory()}`,
    `--web.listen-address=${address}`,
    "--cluster.listen-address=",
  ]);
  onTestFinished(() => void server.kill());
  await expect
    .poll(
      () =>
        fetch(`http://${address}/-/ready`).then(
          ({ ok }) => ok,
          () => false,
        ),
      PATIENTLY,
    )
    .toBe(true);
  return `http://${address}`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
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
