/**
 * What is wrong now, the worst first.
 *
 * A table of what Prometheus itself says of its alerts. Grafana's own list of alerts knows their states
 * and no severities, so it would put what pages behind what does not; and it shows the alerts of every
 * data source, whichever is chosen.
 */
import { type Steps, UNITS } from "./look.ts";
import type { Panel } from "./panel.ts";
import { tablePanel } from "./table.ts";

const OURS = 'alertname=~"Spendspan.+"';
/** What an alert is about; each has some of these labels. */
const SUBJECT = ["brand", "period", "model", "job", "instance", "label"];
const STATES = ["pending", "firing"];
/** The least first. Only the watchdog has none. */
const SEVERITIES = ["none", "info", "warning", "critical"];

const RANKS = SEVERITIES.flatMap((severity) => STATES.map((state) => ({ severity, state })));
const WARMER_WITH_RANK: Steps = [
  [rankOf("info"), "blue"],
  [rankOf("warning"), "orange"],
  [rankOf("critical"), "red"],
];

const ALERT = {
  label: "alert",
  title: "Alert",
  unit: UNITS.text,
  width: 185,
  links: [
    {
      title: "The rule",
      url: "/alerting/list?search=Spendspan${__data.fields.Alert:percentencode}",
    },
  ],
};
const SEVERITY = {
  title: "Severity",
  unit: UNITS.count,
  decimals: 0,
  width: 82,
  steps: WARMER_WITH_RANK,
  texts: RANKS.map(({ severity, state }) => (state === "firing" ? severity : `(${severity})`)),
  expr: bySubject(
    RANKS.map(
      ({ severity, state }, rank) =>
        `${rank} * ALERTS{${OURS}, severity="${severity}", alertstate="${state}"}`,
    ).join(" or "),
  ),
};
const DURATION = {
  title: "For",
  unit: UNITS.seconds,
  decimals: 1,
  width: 78,
  expr: `time() - ${bySubject(`ALERTS_FOR_STATE{${OURS}}`)}`,
};

export function alertList(): Panel {
  return tablePanel({
    title: "Alerts",
    about:
      "Alerts of spendspan, the worst first; in brackets those that do not fire yet. A click shows the rule: what it says, and what to do. The watchdog always fires, so that nobody takes rules that are not evaluated for good news.",
    of: [{ name: "ALERTS" }, { name: "ALERTS_FOR_STATE" }],
    none: "No rules evaluated",
    width: 8,
    sortBy: SEVERITY.title,
    keys: [ALERT, { label: "subject", title: "Of", unit: UNITS.text, width: 155 }],
    values: [SEVERITY, DURATION],
  });
}

function rankOf(severity: string): number {
  return SEVERITIES.indexOf(severity) * STATES.length;
}

/** By the name of the alert, without what all have in common, and by what it is about. */
function bySubject(alerts: string): string {
  const labels = SUBJECT.map((label) => `"${label}"`).join(", ");
  const named = `label_replace(${alerts}, "alert", "\${1}", "alertname", "Spendspan(.+)")`;
  return `max by (alert, subject) (label_join(${named}, "subject", " ", ${labels}))`;
}
