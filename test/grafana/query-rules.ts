/** What queries of boards have to hold to: metrics and labels of the catalogue, read as they are meant to be. */
import { OWN_METRICS } from "../../src/metrics/catalogue.ts";
import type { MetricSpec } from "../../src/semconv/metric.ts";
import { PERIODS } from "../../src/budget/window.ts";
import { STATUSES } from "../../src/usage/record.ts";
import { type Matcher, readPromql, type Selector } from "./promql.ts";

/** What Prometheus puts on every series. */
const SCRAPE_LABELS = ["instance", "job"];
/** What rules and Prometheus put on alerts, and what the list of alerts makes of it. */
const ALERT_LABELS = ["alertname", "alertstate", "severity", "brand", "alert", "subject"];
const ALERTS = ["ALERTS", "ALERTS_FOR_STATE"];
const HISTOGRAM_SUFFIX = /_(bucket|sum|count)$/;
const DIFFERENCES = ["rate", "increase", "irate"];
const HIGHEST = ["max", "min", "count"];
export const AGGREGATIONS = ["sum", "max", "min", "count", "avg"];
/** Grafana's own, and what Prometheus puts for a group of a regular expression. */
const BUILT_IN = /^(__|\d+$)/;
/** The values of labels that have few. A value that no series has selects nothing, and a share of it is 0. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  status: STATUSES,
  period: PERIODS,
  window: ["1d", "7d"],
  kind: ["input", "cached_input", "tool_use", "output", "thinking"],
};

interface Metric {
  readonly spec: MetricSpec | undefined;
  readonly labels: readonly string[];
  /** Only ever grows, so that its value says little. */
  readonly grows: boolean;
}

/** The series' metric, as Prometheus stores it: a histogram is three of them. */
export function metricNamed(name: string): Metric | undefined {
  if (ALERTS.includes(name)) return { spec: undefined, labels: ALERT_LABELS, grows: false };
  const plain = OWN_METRICS.find((spec) => spec.name === name);
  if (plain !== undefined && plain.kind !== "histogram") {
    return { spec: plain, labels: plain.labels, grows: plain.kind === "counter" };
  }
  const spec = OWN_METRICS.find(
    (metric) => metric.kind === "histogram" && metric.name === name.replace(HISTOGRAM_SUFFIX, ""),
  );
  if (spec === undefined || spec.name === name) return undefined;
  return {
    spec,
    labels: name.endsWith("_bucket") ? [...spec.labels, "le"] : spec.labels,
    grows: true,
  };
}

export interface QueryContext {
  /** Variables of the board by name, and whether each may stand for several values. */
  readonly variables: ReadonlyMap<string, boolean>;
}

export function faultsOfPromql(expression: string, context: QueryContext): readonly string[] {
  let query;
  try {
    query = readPromql(expression);
  } catch (error) {
    return [String(error)];
  }
  const known = [
    ...OWN_METRICS.flatMap(({ labels }) => labels),
    ...SCRAPE_LABELS,
    ...ALERT_LABELS,
    "le",
  ];
  return [
    ...(query.selectors.length === 0 ? ["selects nothing"] : []),
    ...query.selectors.flatMap((selector) => faultsOfSelector(selector, context)),
    ...[...query.matching, ...query.selectors.flatMap(({ calls }) => calls.flatMap(({ by }) => by))]
      .filter((label) => !known.includes(label))
      .map((label) => `matches or groups by ${label}, which no metric has`),
  ];
}

function faultsOfSelector(selector: Selector, context: QueryContext): readonly string[] {
  const metric = metricNamed(selector.metric);
  if (metric === undefined) return [`${selector.metric} is not in the catalogue`];
  const labels = [...metric.labels, ...SCRAPE_LABELS];
  // Of aggregations further out, it may stand beside what has the label.
  const aggregation = selector.calls.find(({ name }) => AGGREGATIONS.includes(name));
  const used = [...selector.matchers.map(({ label }) => label), ...(aggregation?.by ?? [])];
  return [
    ...used
      .filter((label) => !labels.includes(label))
      .map((label) => `${selector.metric} has no label ${label}`),
    ...selector.matchers.flatMap(faultsOfValue),
    ...faultsOfUse(selector, metric),
    ...selector.matchers
      .filter(({ operator, value }) => operator === "=" && standsForSeveral(value, context))
      .map(
        ({ label, value }) => `${label}="${value}" takes one value, and the variable has several`,
      ),
  ];
}

function faultsOfValue({ label, value }: Matcher): readonly string[] {
  const values = value.includes("$") ? [] : value.split("|");
  return values
    .filter((one) => VALUES[label]?.includes(one) === false)
    .map((one) => `no series has ${label}="${one}"`);
}

function faultsOfUse(selector: Selector, { spec, grows }: Metric): readonly string[] {
  const { metric, range, calls } = selector;
  const [inner, ...outer] = calls.map(({ name }) => name);
  const isDifference = DIFFERENCES.includes(inner ?? "");
  const aggregation = inner === "last_over_time" ? outer[0] : inner;
  const faults: string[] = [];
  if (grows && !isDifference && aggregation !== "count")
    faults.push(`${metric} is a counter, and read raw`);
  if (!grows && isDifference) faults.push(`${metric} is a gauge, and no counter for ${inner}()`);
  if (inner === "rate" && range !== "$__rate_interval") {
    faults.push(`rate(${metric}[${range}]) does not follow the resolution of the graph`);
  }
  const isLedgerMoney = !grows && spec?.labels.includes("brand") === true;
  if (isLedgerMoney && !HIGHEST.includes(aggregation ?? "")) {
    faults.push(`${metric} is shown by every replica alike, and needs max by its labels first`);
  }
  return faults;
}

function standsForSeveral(value: string, { variables }: QueryContext): boolean {
  return variablesIn(value).some((name) => variables.get(name) === true);
}

/** Names of the board's own variables in a text: `$brand`, `${brand}`, `${brand:queryparam}`. */
export function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(/\$(?:\{([\w.]+)(?::\w+)?\}|(\w+))/g)]
    .map(([, braced, bare]) => braced ?? bare!)
    .filter((name) => !BUILT_IN.test(name));
}
