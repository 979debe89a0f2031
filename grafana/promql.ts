/**
 * The PromQL that panels share, made of the metrics of the catalogue.
 *
 * Counters give rates and shares. Money of a period comes from the gauges of the ledger, which every
 * replica shows alike: so their highest is taken, and never their sum.
 */
import { COST, UNPRICED_REQUESTS } from "../src/metrics/catalogue.ts";
import type { MetricSpec } from "../src/semconv/metric.ts";
import { FILTERS } from "./variables.ts";

export interface Selection {
  /** In Prometheus's notation; that of the board, unless given. */
  readonly window?: string;
  /** By how much the window ends before now; not at all, unless given. */
  readonly offset?: string;
  /** Further matchers: `kind="thinking"`. */
  readonly where?: string;
  /** Filters of the board to leave out, for a share of all. */
  readonly without?: readonly string[];
  /** `_bucket`, `_sum` or `_count` of a histogram. */
  readonly suffix?: string;
}

/** The series of `metric` that the filters of the board let through: those of them that it has as labels. */
export function selected(metric: MetricSpec, selection: Selection = {}): string {
  const { where, without = [], suffix = "" } = selection;
  const matchers = FILTERS.filter(
    (name) => metric.labels.includes(name) && !without.includes(name),
  ).map((name) => `${name}=~"$${name}"`);
  if (where !== undefined) matchers.push(where);
  return `${metric.name}${suffix}${matchers.length === 0 ? "" : `{${matchers.join(", ")}}`}`;
}

/** Per second, by `labels`, or of all. */
export function rate(metric: MetricSpec, by: string = "", selection?: Selection): string {
  return `${sumBy(by)} (rate(${selected(metric, selection)}[$__rate_interval]))`;
}

/** As {@link rate}, of what is rare. */
export function perMinute(metric: MetricSpec, by: string = "", selection?: Selection): string {
  return `${rate(metric, by, selection)} * 60`;
}

/** In the time range of the board, or another. */
export function increase(metric: MetricSpec, by: string = "", selection: Selection = {}): string {
  const { window = "$__range", offset } = selection;
  const earlier = offset === undefined ? "" : ` offset ${offset}`;
  return `${sumBy(by)} (increase(${selected(metric, selection)}[${window}]${earlier}))`;
}

/** 0 where there is nothing of `part`, and nothing where there is nothing at all. */
export function ratio(part: string, whole: string): string {
  return `(${part} or ${whole} * 0) / (${whole} > 0)`;
}

/**
 * The models that had calls without a price. The first such call is no increase yet, so that a process
 * has lately counted any is enough.
 */
export function unpriced(selection: Selection = {}): string {
  const { window = "$__range" } = selection;
  const counted = `last_over_time(${selected(UNPRICED_REQUESTS)}[${window}]) > 0`;
  return `(${increase(UNPRICED_REQUESTS, "model", selection)} > 0 or count by (model) (${counted}))`;
}

/** Of models in the time range, or another: nothing of one that costs nothing only because it has no price. */
export function priced(byModel: string, selection: Selection = {}): string {
  const costs = `${increase(COST, "model", selection)} > 0`;
  return `(${byModel}) unless on (model) (${unpriced(selection)} unless ${costs})`;
}

export function quantile(share: number, metric: MetricSpec, by: string = ""): string {
  const buckets = rate(metric, by === "" ? "le" : `le, ${by}`, { suffix: "_bucket" });
  return `histogram_quantile(${share}, ${buckets})`;
}

function sumBy(labels: string): string {
  return labels === "" ? "sum" : `sum by (${labels})`;
}
