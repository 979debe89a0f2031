/**
 * A month of scrapes of two replicas of an app and of two processes that show the ledger, as
 * OpenMetrics. The app's replicas restart now and then, each at its own times, and for four hours
 * Prometheus is away, in which one of them does.
 */
import { isHistogram, type Labels, type MetricFamily } from "../../src/metrics/family.ts";
import { pipelineFamilies } from "../../src/metrics/pipeline-health.ts";
import { UsageTotals } from "../../src/metrics/totals.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { sampleLine } from "./open-metrics.ts";
import {
  BRANDS,
  callsAt,
  FROM_MS,
  SCRAPE_MS,
  type SimulatedBrand,
  TO_MS,
} from "./simulated-calls.ts";
import { SimulatedLedger } from "./simulated-ledger.ts";

const STEPS = (TO_MS - FROM_MS) / SCRAPE_MS;
const PAGE_MS = 21_600_000;
const HOURS_BETWEEN_RESTARTS = [31, 47];
/** The first replica restarts at 10:00, 310 hours after the beginning. */
export const OUTAGE: { readonly fromMs: number; readonly toMs: number } = {
  fromMs: Date.parse("2026-11-12T08:00:00Z"),
  toMs: Date.parse("2026-11-12T12:00:00Z"),
};
const LEDGER_TARGETS: readonly Labels[] = ["serve-0:9465", "serve-1:9465"].map((instance) => ({
  instance,
  job: "spendspan-ledger",
}));
const KNOWN = {
  provider: "google_ai",
  endpoint: "chat",
  models: ["gemini-2.5-flash", "gemini-2.5-pro"],
  brands: ["acme", "globex"],
};

export interface SimulatedMonth {
  readonly brands?: readonly SimulatedBrand[];
  /** Whether Prometheus scrapes at a moment; by default every {@link SCRAPE_MS} but for {@link OUTAGE}. */
  readonly isScraped?: (atMs: number) => boolean;
  /** Further series of a moment, as OpenMetrics. */
  readonly furtherAt?: (atMs: number) => string;
}

/** The text of each quarter of a day. */
export function* simulatedPages(month: SimulatedMonth = {}): Generator<string> {
  const { brands = BRANDS, isScraped = isNoOutage, furtherAt = () => "" } = month;
  const ledger = new SimulatedLedger(brands);
  const replicas = HOURS_BETWEEN_RESTARTS.map((hours, index) => new Replica(hours, index));
  let scrapes: string[] = [];
  for (let step = 0; step <= STEPS; step += 1) {
    const atMs = FROM_MS + step * SCRAPE_MS;
    const calls = step === 0 ? [] : callsAt(step, brands);
    ledger.add(calls);
    const gauges = ledger.families(atMs);
    const pages = [
      furtherAt(atMs),
      ...LEDGER_TARGETS.map((target) => textOf(gauges, target, atMs)),
      ...replicas.map((replica, index) => {
        const own = calls.filter((_, call) => call % replicas.length === index);
        return textOf(replica.after(own, atMs), replica.target, atMs);
      }),
    ];
    if (isScraped(atMs)) scrapes.push(...pages);
    if (step === STEPS || (atMs + SCRAPE_MS) % PAGE_MS === 0) {
      yield `${scrapes.join("")}# EOF\n`;
      scrapes = [];
    }
  }
}

function isNoOutage(atMs: number): boolean {
  return atMs < OUTAGE.fromMs || atMs >= OUTAGE.toMs;
}

class Replica {
  readonly target: Labels;
  readonly #restartMs: number;
  #totals = started();
  #written = 0;

  constructor(hoursBetweenRestarts: number, index: number) {
    this.#restartMs = hoursBetweenRestarts * 3_600_000;
    this.target = { instance: `app-${index}:9464`, job: "spendspan-app" };
  }

  /** What it shows after further calls. It counts them anew from its restarts on. */
  after(calls: readonly UsageRecord[], atMs: number): readonly MetricFamily[] {
    if ((atMs - FROM_MS) % this.#restartMs === 0) {
      this.#totals = started();
      this.#written = 0;
    }
    for (const call of calls) this.#totals.add(call);
    this.#written += calls.length;
    const health = {
      pendingRecords: 2,
      journalBytes: 4_096,
      oldestPendingAtMs: atMs - 30_000,
      droppedRecords: 0,
      deadLetterRecords: 0,
      writtenRecords: this.#written,
    };
    return [...this.#totals.families(), ...pipelineFamilies(health)];
  }
}

function started(): UsageTotals {
  const totals = new UsageTotals();
  totals.initialise(KNOWN);
  return totals;
}

function textOf(families: readonly MetricFamily[], target: Labels, atMs: number): string {
  const line = (name: string, labels: Labels, value: number): string =>
    sampleLine(name, { ...labels, ...target }, value, atMs);
  return families
    .flatMap((family) => {
      const { name } = family.spec;
      if (!isHistogram(family))
        return family.points.map(({ labels, value }) => line(name, labels, value));
      const bounds = [...family.spec.buckets.map(String), "+Inf"];
      return family.points.flatMap(({ labels, counts, count, sum }) => {
        let below = 0;
        const buckets = counts.map((own, index) => {
          below += own;
          return line(`${name}_bucket`, { ...labels, le: bounds[index]! }, below);
        });
        return [...buckets, line(`${name}_count`, labels, count), line(`${name}_sum`, labels, sum)];
      });
    })
    .join("");
}
