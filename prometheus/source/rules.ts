/** All rules, in the order in which Prometheus is to evaluate them. */
import { BUDGET_ALERTS } from "./budget-alerts.ts";
import { CALL_ALERTS } from "./call-alerts.ts";
import { PIPELINE_ALERTS } from "./pipeline-alerts.ts";
import { RECORDING_RULES } from "./recording-rules.ts";
import type { RuleGroup } from "./rule.ts";
import { yamlOf } from "./yaml.ts";

export const RULES_FILE: URL = new URL("../rules/spendspan.rules.yml", import.meta.url);
export const PROMETHEUS_RULE_FILE: URL = new URL(
  "../../deploy/kubernetes/prometheus-rule.yaml",
  import.meta.url,
);

const HEADER = "# Written from prometheus/source/ by `npm run rules`.\n";

/**
 * Alerts on spend stand in the group of what they read, since groups run side by side and rules of a
 * group one after the other: what is recorded is as fresh as can be.
 */
export const RULE_GROUPS: readonly RuleGroup[] = [
  { name: "spendspan-spend", rules: [...RECORDING_RULES, ...BUDGET_ALERTS] },
  { name: "spendspan-calls", rules: CALL_ALERTS },
  { name: "spendspan-pipeline", rules: PIPELINE_ALERTS },
];

/** The rules as Prometheus reads them. */
export function rulesYaml(groups: readonly RuleGroup[] = RULE_GROUPS): string {
  return `${HEADER}${yamlOf({ groups })}`;
}

/** The same rules as the Prometheus operator takes them. */
export function prometheusRuleYaml(): string {
  const resource = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "spendspan" },
    spec: { groups: RULE_GROUPS },
  };
  return `${HEADER}${yamlOf(resource)}`;
}
