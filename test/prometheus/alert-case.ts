/** Cases of alerts as data, and their way through `promtool test rules`. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { RULE_GROUPS } from "../../prometheus/source/rules.ts";
import type { AlertingRule } from "../../prometheus/source/rule.ts";
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

/** What promtool has against the rules in `rulesFile`; empty when all cases hold. */
export function faultsOf(
  cases: readonly AlertCase[],
  rulesFile: string,
  directory: string,
): string {
  const file = join(directory, "cases.json");
  const [evaluation_interval = "1m"] = cases.map(({ interval }) => interval);
  writeFileSync(
    file,
    JSON.stringify({
      rule_files: [rulesFile],
      evaluation_interval,
      tests: cases.map(promtoolTest),
    }),
  );
  const promtool = spawnSync("promtool", ["test", "rules", file], { encoding: "utf8" });
  if (promtool.error !== undefined) throw promtool.error;
  return promtool.status === 0 ? "" : promtool.stdout + promtool.stderr;
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
