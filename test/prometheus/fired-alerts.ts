/** Alerts of our rules, handed to an Alertmanager as Prometheus would. */
import { expect } from "vitest";

import type { Monitor } from "../support/monitoring.ts";
import { ALERTS } from "./alert-case.ts";

/** By name, without the prefix that all have, under `alert`, and with labels of its own. */
export type FiredAlert = Readonly<Record<string, string>>;

/** Hands them over, with the labels of their rules and the annotations that their own labels fill in. */
export async function fire({ url }: Monitor, alerts: readonly FiredAlert[]): Promise<void> {
  const { status } = await fetch(`${url}/api/v2/alerts`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(alerts.map(asSent)),
  });
  expect(status).toBe(200);
}

/** As Prometheus sends it, but for the queries in its description. */
function asSent({ alert = "", ...own }: FiredAlert): object {
  const alertname = `Spendspan${alert}`;
  const rule = ALERTS.find((one) => one.alert === alertname);
  const filledIn = (text: string) =>
    text.replaceAll(/\{\{ \$labels\.(\w+)[^}]*\}\}/g, (_, label: string) => own[label] ?? "");
  const annotations = Object.entries(rule?.annotations ?? {}).map(([name, text]) => [
    name,
    filledIn(text),
  ]);
  return {
    labels: { alertname, ...rule?.labels, ...own },
    annotations: Object.fromEntries(annotations),
  };
}
