/** Rules as data, and what all alerts have in common: the links to their page and to the board. */
import { SETTINGS } from "./settings.ts";

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

export type Severity = "critical" | "warning" | "info" | "none";

export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  /** `audience` is who acts on it, and what Alertmanager routes by: the one with the budget, or the one on call. */
  readonly labels: { readonly severity: Severity; readonly audience: Audience };
  readonly annotations: Annotations;
}

export type Rule = RecordingRule | AlertingRule;

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly Rule[];
}

type Audience = "finops" | "operations";

interface Annotations {
  readonly summary: string;
  readonly description: string;
  readonly runbook_url: string;
  readonly dashboard_url: string;
}

interface Alert {
  /** Without the prefix that all have. */
  readonly name: string;
  readonly expr: string;
  readonly for?: string;
  readonly keepFiringFor?: string;
  readonly severity: Severity;
  readonly audience: Audience;
  readonly summary: string;
  readonly description: string;
  readonly board: keyof typeof SETTINGS.boards;
  /** Labels of the alert that the board is narrowed to. */
  readonly variables?: readonly string[];
}

/**
 * A gauge of the ledger as it was last shown: whoever shows it alone is away while it is started anew, and an
 * alert that ended then would page a second time.
 */
export function shown(gauge: string): string {
  return `last_over_time(${gauge}[${SETTINGS.ledgerShownWithin}])`;
}

export function alertingRule(alert: Alert): AlertingRule {
  const name = `Spendspan${alert.name}`;
  return {
    alert: name,
    expr: alert.expr,
    ...(alert.for === undefined ? {} : { for: alert.for }),
    ...(alert.keepFiringFor === undefined ? {} : { keep_firing_for: alert.keepFiringFor }),
    labels: { severity: alert.severity, audience: alert.audience },
    annotations: {
      summary: alert.summary,
      description: alert.description,
      runbook_url: `${SETTINGS.runbookUrl}/${name}.md`,
      dashboard_url: dashboardUrl(alert),
    },
  };
}

/** In a description: the one value of `query`, as dollars. `{brand}` stands for the alert's own label. */
export function usdOf(query: string): string {
  const labels = [...query.matchAll(/\{(\w+)\}/g)].map(([, label]) => `$labels.${label}`).join(" ");
  const format = query.replaceAll(/\{(\w+)\}/g, "%q").replaceAll("`", "'");
  return `{{ range printf \`${format}\` ${labels} | query }}{{ printf "$%.2f" .Value }}{{ end }}`;
}

function dashboardUrl({ board, variables = [] }: Alert): string {
  const query = variables.map((label) => `var-${label}={{ $labels.${label} | urlquery }}`);
  const path = `${SETTINGS.grafanaUrl}/d/${SETTINGS.boards[board]}`;
  return query.length === 0 ? path : `${path}?${query.join("&")}`;
}
