/** What is wrong now, by the rules in `prometheus/rules/`. The SDK knows no alert lists. */
import { descriptionOf, type Panel } from "./panel.ts";

export function alertList(width: number, height: number): Panel {
  const options = {
    alertName: "Spendspan",
    alertInstanceLabelFilter: '{alertname!="SpendspanWatchdog"}',
    dashboardAlerts: false,
    folder: null,
    groupMode: "default",
    groupBy: [],
    maxItems: 20,
    sortOrder: 1,
    stateFilter: { firing: true, pending: true, noData: false, normal: false, error: true },
    viewMode: "list",
  };
  const panel = {
    type: "alertlist",
    title: "Alerts",
    description: descriptionOf({
      about: "Alerts of spendspan that fire or are about to. An empty list is a good one.",
      of: [{ name: "ALERTS" }],
    }),
    gridPos: { x: 0, y: 0, w: width, h: height },
    options,
  };
  return { build: () => panel };
}
