/** Cases of alerts as data, and their way through `promtool test rules`. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { RULE_GROUPS, rulesYaml } from "../../prometheus/source/rules.ts";
import type { AlertingRule, Rule, RuleGroup } from "../../prometheus/source/rule.ts";
import { SETTINGS } from "../../prometheus/source/settings.ts";

export interface AlertCase {
  readonly title: string;
  /** Without the prefix that all have. */
  readonly alert: string;
  /** Between two samples, and two evaluations. @defaultValue `1m` */
  readonly interval?: string;
  /** Values in promtool's notation, from time 0 on. */
  readonly series: Readonly<Record<string, string>>;
  /** The labels of the alerts that fire, by time; none is silence. */
  readonly firing: Readonly<Record<string, readonly Labels[]>>;
  /** What the one alert says that fires at the first of these times. */
  readonly says?: {
    readonly summary: string;
    readonly description: string;
    /** Path and query of the board. */
    readonly board: string;
  };
}

type Labels = Readonly<Record<string, string>>;

export const ALERTS: readonly AlertingRule[] = RULE_GROUPS.flatMap(({ rules }) => rules).filter(
  (rule): rule is AlertingRule => "alert" in rule,
);

/** Ways on of a counter: so much a step, for so many steps; `reset` begins it anew at 0. */
export function counter(...ways: readonly (readonly [perStep: number, steps: number] | "reset")[]) {
  let value = 0;
  const texts: string[] = [];
  for (const way of ways) {
    if (way === "reset") {
      value = 0;
      continue;
    }
    const [perStep, steps] = way;
    texts.push(`${value}+${perStep}x${steps - 1}`);
    value += perStep * steps;
  }
  return texts.join(" ");
}

/** A value that stays, for long enough. */
export function constant(value: number, steps = 400): string {
  return `${value}+0x${steps}`;
}

/** What promtool has against the rules, in cases of one alert; empty when all hold. */
export function faultsOf(
  cases: readonly AlertCase[],
  groups: readonly RuleGroup[],
  directory: string,
): string {
  const rulesFile = join(directory, "rules.yml");
  const needed = rulesFor(cases, groups);
  writeFileSync(rulesFile, rulesYaml(needed));
  const casesFile = join(directory, "cases.json");
  const suite = {
    rule_files: [rulesFile],
    // Prometheus evaluates groups side by side; here one must not see what another recorded long ago.
    group_eval_order: needed.map(({ name }) => name),
    evaluation_interval: cases[0]?.interval ?? "1m",
    tests: cases.map(promtoolTest),
  };
  writeFileSync(casesFile, JSON.stringify(suite));
  const promtool = spawnSync("promtool", ["test", "rules", casesFile], { encoding: "utf8" });
  if (promtool.error !== undefined) throw promtool.error;
  return promtool.status === 0 ? "" : promtool.stdout + promtool.stderr;
}

/** The alerts of the cases and what they rest on: weeks of all rules take promtool half a minute. */
function rulesFor(cases: readonly AlertCase[], groups: readonly RuleGroup[]): readonly RuleGroup[] {
  const needed = new Set(cases.map(({ alert }) => `Spendspan${alert}`));
  const nameOf = (rule: Rule): string => ("alert" in rule ? rule.alert : rule.record);
  for (const rule of groups.flatMap(({ rules }) => rules).toReversed()) {
    if (!needed.has(nameOf(rule))) continue;
    const text = "alert" in rule ? `${rule.expr}\n${rule.annotations.description}` : rule.expr;
    for (const [record] of text.matchAll(/[a-z_]+:\w+:\w+/g)) needed.add(record);
  }
  return groups
    .map((group) => ({ ...group, rules: group.rules.filter((rule) => needed.has(nameOf(rule))) }))
    .filter(({ rules }) => rules.length > 0);
}

function promtoolTest({ title, alert, interval = "1m", series, firing, says }: AlertCase): object {
  const alertname = `Spendspan${alert}`;
  const firstTime = Object.keys(firing).find((time) => firing[time]?.length === 1);
  return {
    name: title,
    interval,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: Object.entries(firing).map(([time, labels]) => ({
      expr: `sum without (alertname, alertstate, severity, audience) (ALERTS{alertname="${alertname}",alertstate="firing"})`,
      eval_time: time,
      exp_samples: labels.map((one) => ({ labels: selector(one), value: 1 })),
    })),
    alert_rule_test:
      says === undefined
        ? []
        : [
            {
              alertname,
              eval_time: firstTime,
              exp_alerts: [
                {
                  exp_labels: { ...firing[firstTime ?? ""]?.[0], ...ownLabels(alertname) },
                  exp_annotations: {
                    summary: says.summary,
                    description: says.description,
                    runbook_url: `${SETTINGS.runbookUrl}/${alertname}.md`,
                    dashboard_url: `${SETTINGS.grafanaUrl}/d/${says.board}`,
                  },
                },
              ],
            },
          ],
  };
}

function ownLabels(alertname: string): object {
  return ALERTS.find(({ alert }) => alert === alertname)?.labels ?? {};
}

function selector(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${pairs.join(",")}}`;
}
