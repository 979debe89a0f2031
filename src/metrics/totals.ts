/**
 * Running totals of all usage since the process started, exact and bounded in number.
 *
 * They are our own, and not OpenTelemetry counters, since those add doubles, an observed counter being
 * no exception: the SDK adds up the differences between one reading and the next. Here money is
 * summed in picodollars, and rounded once, when it is shown.
 */
import type { NumberSpec } from "../semconv/metric.ts";
import { type Status, STATUSES, type UsageRecord } from "../usage/record.ts";
import {
  COST,
  LABEL_OVERFLOW,
  REQUEST_DURATION,
  REQUESTS,
  TIME_TO_FIRST_CHUNK,
  TOKENS,
  UNPRICED_REQUESTS,
} from "./catalogue.ts";
import type { MetricFamily, NumberFamily, NumberPoint } from "./family.ts";
import { GUARDED_LABELS, LabelGuard, OTHER, type LabelLimits } from "./label-guard.ts";
import { keyOf, labelsOf, LatencySeries, UsageSeries, type UsageLabels } from "./usage-series.ts";

export interface UsageTotalsOptions {
  /** Most values of each label. Defaults to 20 providers, 100 endpoints, 100 models, 500 brands. */
  readonly labelLimits?: Partial<LabelLimits>;
  /**
   * Most series of a metric; of the tokens metric, five times as many. More let more brands be told
   * apart; a scrape of 5,000 is 5 MB and holds the event loop for about 90 ms.
   * @defaultValue `5_000`
   */
  readonly maxSeries?: number;
}

/** Usage that is known to come. */
export interface KnownUsage {
  readonly provider: string;
  readonly endpoint: string;
  readonly models: readonly string[];
  readonly brands: readonly string[];
}

/** As a process sees calls end. It does not live to show those whose end it did not see. */
const ENDINGS: readonly Status[] = STATUSES.filter((status) => status !== "unknown");
/** Stands for a label where it is the label sets that were too many. */
const ALL_LABELS = "series";

export class UsageTotals {
  readonly #guard: LabelGuard;
  readonly #maxSeries: number;
  readonly #series = new Map<string, UsageSeries>();
  /** How calls under known labels can end, and none has yet. */
  readonly #unseenEndings = new Map<string, UsageLabels>();
  readonly #latencies = new Map<string, LatencySeries>();
  readonly #unpricedByModel = new Map<string, number>();
  readonly #overflowByLabel = new Map<string, number>(
    [...GUARDED_LABELS, ALL_LABELS].map((label) => [label, 0]),
  );

  constructor(options: UsageTotalsOptions = {}) {
    this.#guard = new LabelGuard(options.labelLimits);
    this.#maxSeries = options.maxSeries ?? 5_000;
  }

  /** Counts one finished call. Work handed in counts when its results are there. */
  add(record: UsageRecord): void {
    if (record.entry === "job") return;
    const labels = labelsOf(record);
    // Series are kept by admitted labels, so a hit says that the record's labels all are.
    const series = this.#series.get(keyOf(labels)) ?? this.#boundedSeries(labels);
    series.add(record);
    if (record.cost === undefined) increment(this.#unpricedByModel, series.labels.model);
  }

  /**
   * Makes the series of successful calls at 0, for each brand and model, as far as there is room. A
   * series that is born with its first call hides that call from PromQL's `increase()`, which for a
   * small brand can be most of a month.
   */
  initialise({ provider, endpoint, models, brands }: KnownUsage): void {
    for (const model of models) {
      for (const brand of brands) {
        const labels = this.#admitted({ provider, endpoint, model, brand, status: "success" });
        const isFolded = GUARDED_LABELS.some((label) => labels[label] === OTHER);
        if (isFolded || this.#series.size >= this.#maxSeries) continue;
        this.#seriesAt(labels);
      }
    }
  }

  families(): readonly MetricFamily[] {
    const series = [...this.#series.values()];
    const latencies = [...this.#latencies.values()];
    return [
      { spec: REQUESTS, points: [...series.map((one) => one.requests()), ...this.#unseen()] },
      { spec: TOKENS, points: series.flatMap((one) => one.tokens()) },
      { spec: COST, points: series.map((one) => one.costUsd()) },
      { spec: REQUEST_DURATION, points: latencies.flatMap((one) => one.duration.points()) },
      {
        spec: TIME_TO_FIRST_CHUNK,
        points: latencies.flatMap((one) => one.timeToFirstChunk.points()),
      },
      familyBy("model", UNPRICED_REQUESTS, this.#unpricedByModel),
      familyBy("label", LABEL_OVERFLOW, this.#overflowByLabel),
    ];
  }

  /**
   * Endings that are still to come, at 0, so that `increase()` sees the first of each: those that are
   * rare would be the first of their process every time. They take what room the others leave.
   */
  #unseen(): readonly NumberPoint[] {
    const room = Math.max(0, this.#maxSeries - this.#series.size);
    const endings = [...this.#unseenEndings.values()].slice(0, room);
    return endings.map((labels) => ({ labels, value: 0 }));
  }

  /** The series of a record whose labels are new, or beyond a bound. */
  #boundedSeries(labels: UsageLabels): UsageSeries {
    const admitted = this.#admitted(labels);
    for (const label of GUARDED_LABELS) {
      if (admitted[label] === OTHER) increment(this.#overflowByLabel, label);
    }
    const isFull = this.#series.size >= this.#maxSeries;
    if (!isFull || this.#series.has(keyOf(admitted))) return this.#seriesAt(admitted);
    increment(this.#overflowByLabel, ALL_LABELS);
    return this.#seriesAt({
      provider: OTHER,
      endpoint: OTHER,
      model: OTHER,
      brand: OTHER,
      status: labels.status,
    });
  }

  #admitted({ provider, endpoint, model, brand, status }: UsageLabels): UsageLabels {
    return {
      provider: this.#guard.admit("provider", provider),
      endpoint: this.#guard.admit("endpoint", endpoint),
      model: this.#guard.admit("model", model),
      brand: this.#guard.admit("brand", brand),
      status,
    };
  }

  #seriesAt(labels: UsageLabels): UsageSeries {
    return getOrMake(this.#series, keyOf(labels), () => {
      const latencyKey = keyOf({ ...labels, brand: "" });
      const latency = getOrMake(this.#latencies, latencyKey, () => new LatencySeries(labels));
      getOrMake(this.#unpricedByModel, labels.model, () => 0);
      this.#expectEndings(labels);
      return new UsageSeries(labels, latency);
    });
  }

  #expectEndings(labels: UsageLabels): void {
    for (const status of ENDINGS) {
      const ending = { ...labels, status };
      if (!this.#series.has(keyOf(ending))) this.#unseenEndings.set(keyOf(ending), ending);
    }
    this.#unseenEndings.delete(keyOf(labels));
  }
}

function familyBy(
  label: string,
  spec: NumberSpec,
  counts: ReadonlyMap<string, number>,
): NumberFamily {
  const points = Array.from(counts, ([key, value]) => ({ labels: { [label]: key }, value }));
  return { spec, points };
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function getOrMake<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
