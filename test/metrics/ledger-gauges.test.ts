import { afterEach, expect, test, vi } from "vitest";

import type { LedgerGauges } from "../../src/metrics/ledger-gauges.ts";
import type { LedgerSpend } from "../../src/metrics/ledger-spend.ts";
import { createPrometheusText } from "../../src/metrics/prometheus.ts";
import { samplesOf } from "../support/exposition.ts";
import { KeptLogger } from "../support/logger.ts";
import { aLedgerSpend, gaugesOf, someFigures, unreadGauges } from "../support/metrics.ts";
import { NOON_MS } from "../support/record.ts";

const PAGE = `\
# HELP api_usage_period_cost_usd Cost in this day, week (from Monday) and month of the brand's time zone, by the ledger, in US dollars.
# UNIT api_usage_period_cost_usd {USD}
# TYPE api_usage_period_cost_usd gauge
api_usage_period_cost_usd{brand="acme",period="month"} 1.25
# HELP api_usage_period_start_timestamp_seconds First moment of the period, as a Unix time.
# UNIT api_usage_period_start_timestamp_seconds s
# TYPE api_usage_period_start_timestamp_seconds gauge
api_usage_period_start_timestamp_seconds{brand="acme",period="month"} 1793491200
# HELP api_usage_period_end_timestamp_seconds First moment after the period, as a Unix time.
# UNIT api_usage_period_end_timestamp_seconds s
# TYPE api_usage_period_end_timestamp_seconds gauge
api_usage_period_end_timestamp_seconds{brand="acme",period="month"} 1796083200
# HELP api_usage_budget_usd What the brand may spend in the period, in US dollars. Absent when nothing bounds it.
# UNIT api_usage_budget_usd {USD}
# TYPE api_usage_budget_usd gauge
api_usage_budget_usd{brand="acme",period="month"} 500
# HELP api_usage_budget_warning_usd Spend at which to warn, in US dollars: the share of the budget that stands in the label at.
# UNIT api_usage_budget_warning_usd {USD}
# TYPE api_usage_budget_warning_usd gauge
api_usage_budget_warning_usd{brand="acme",period="month",at="0.8"} 400
# HELP api_usage_window_cost_usd Cost in the last day (1d) and the last seven (7d), by the ledger, in US dollars.
# UNIT api_usage_window_cost_usd {USD}
# TYPE api_usage_window_cost_usd gauge
api_usage_window_cost_usd{brand="acme",window="7d"} 1.25
# HELP api_usage_window_seconds How long the window is, for a rate of its cost: shorter for a brand that is younger.
# UNIT api_usage_window_seconds s
# TYPE api_usage_window_seconds gauge
api_usage_window_seconds{brand="acme",window="7d"} 604800
# HELP api_usage_ledger_cost_usd All that was ever spent, by the ledger, in US dollars. Corrections can lower it: no increase() of it, but a difference.
# UNIT api_usage_ledger_cost_usd {USD}
# TYPE api_usage_ledger_cost_usd gauge
api_usage_ledger_cost_usd{brand="acme",model="gemini-2.5-flash"} 9
# HELP api_usage_ledger_refresh_timestamp_seconds When the ledger was read for these gauges, as a Unix time. It stands still while the ledger cannot be read.
# UNIT api_usage_ledger_refresh_timestamp_seconds s
# TYPE api_usage_ledger_refresh_timestamp_seconds gauge
api_usage_ledger_refresh_timestamp_seconds 1795521600
# HELP api_usage_budgets_last_reload_successful 0 while the file of budgets has faults, and the budgets from before hold; else 1.
# UNIT api_usage_budgets_last_reload_successful 1
# TYPE api_usage_budgets_last_reload_successful gauge
api_usage_budgets_last_reload_successful 1
`;

function textOf(gauges: LedgerGauges): Promise<string> {
  return createPrometheusText({
    sources: [() => gauges.families()],
    logger: new KeptLogger(),
  })();
}

test("spend, budgets and the bounds of their periods are on the page", async () => {
  expect(await textOf(await gaugesOf(aLedgerSpend()))).toBe(PAGE);
});

test("before the ledger was read for the first time there is nothing, and not 0", () => {
  const gauges = unreadGauges({});
  expect([gauges.families(), gauges.readAtMs]).toEqual([[], undefined]);
});

test("brands beyond the limit are summed exactly into one, without budget and bounds", async () => {
  // A tenth of a dollar has no double: ten of them, and a picodollar, are summed before they are rounded.
  const tenth = 100_000_000_000n;
  const others = Array.from({ length: 10 }, (_, at) => someFigures(`brand-${at}`, tenth));
  const text = await textOf(
    await gaugesOf(
      aLedgerSpend({
        brands: [someFigures("acme"), ...others],
        models: [
          { brand: "acme", model: "flash", cost: 1n },
          { brand: "brand-0", model: "flash", cost: tenth },
          { brand: "brand-1", model: "flash", cost: 2n * tenth },
        ],
      }),
      { labelLimits: { brand: 1 } },
    ),
  );
  expect(samplesOf(text, "api_usage_period_cost_usd")).toEqual([
    { labels: { brand: "acme", period: "month" }, value: 1.25 },
    { labels: { brand: "_other", period: "month" }, value: 1 },
  ]);
  expect(samplesOf(text, "api_usage_ledger_cost_usd")).toEqual([
    { labels: { brand: "acme", model: "flash" }, value: 1e-12 },
    { labels: { brand: "_other", model: "flash" }, value: 0.3 },
  ]);
  expect(samplesOf(text, "api_usage_window_seconds")).toEqual([
    { labels: { brand: "acme", window: "7d" }, value: 604_800 },
    { labels: { brand: "_other", window: "7d" }, value: 604_800 },
  ]);
  for (const metric of ["budget_usd", "period_start_timestamp_seconds"]) {
    expect(samplesOf(text, `api_usage_${metric}`).map(({ labels }) => labels["brand"])).toEqual([
      "acme",
    ]);
  }
});

test("brands whose names make one label are summed into one, and no series is there twice", async () => {
  const brands = ["acme", "new\nline", "new\u0000line"].map((brand) => someFigures(brand));
  const text = await textOf(await gaugesOf(aLedgerSpend({ brands })));
  expect(samplesOf(text, "api_usage_period_cost_usd")).toEqual([
    { labels: { brand: "acme", period: "month" }, value: 1.25 },
    { labels: { brand: "new\ufffdline", period: "month" }, value: 2.5 },
  ]);
  for (const metric of ["budget_usd", "budget_warning_usd", "period_end_timestamp_seconds"]) {
    expect(samplesOf(text, `api_usage_${metric}`).map(({ labels }) => labels["brand"])).toEqual([
      "acme",
    ]);
  }
});

test("who has a series follows from the ledger, not from what a process saw before", async () => {
  let spend = aLedgerSpend({ brands: [someFigures("late")] });
  const gauges = unreadGauges({ read: async () => spend }, { labelLimits: { brand: 1 } });
  await gauges.refresh();
  spend = aLedgerSpend({ brands: [someFigures("early"), someFigures("late")] });
  await gauges.refresh();
  const started = await gaugesOf(spend, { labelLimits: { brand: 1 } });
  expect(await textOf(gauges)).toBe(await textOf(started));
});

test("brands and models together are bounded too, and lose no money", async () => {
  const models = ["a", "b", "c"].flatMap((brand) =>
    ["x", "y"].map((model) => ({ brand, model, cost: 1_000_000_000_000n })),
  );
  const gauges = await gaugesOf(aLedgerSpend({ models }), { maxSeries: 2 });
  expect(samplesOf(await textOf(gauges), "api_usage_ledger_cost_usd")).toEqual([
    { labels: { brand: "a", model: "x" }, value: 1 },
    { labels: { brand: "a", model: "y" }, value: 1 },
    { labels: { brand: "_other", model: "_other" }, value: 4 },
  ]);
});

afterEach(() => void vi.useRealTimers());

test("a reading that fails leaves all as it was, its time too, and the next is made in its turn", async () => {
  vi.useFakeTimers();
  const logger = new KeptLogger();
  const readings: (LedgerSpend | undefined)[] = [
    aLedgerSpend(),
    undefined,
    aLedgerSpend({ readAtMs: NOON_MS + 2_000, brands: [] }),
  ];
  const read = async (): Promise<LedgerSpend> => {
    const reading = readings.shift();
    if (reading === undefined) throw new Error("the database is away");
    return reading;
  };
  const gauges = unreadGauges({ read, logger });
  gauges.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(gauges.readAtMs).toBe(NOON_MS);
  await vi.advanceTimersByTimeAsync(1_000);
  expect([gauges.readAtMs, await textOf(gauges)]).toEqual([NOON_MS, PAGE]);
  expect(logger.warnings).toEqual([
    "The ledger could not be read, so its gauges are stale: the database is away",
  ]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(gauges.readAtMs).toBe(NOON_MS + 2_000);
  gauges.close();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(vi.getTimerCount()).toBe(0);
});

test("what was spent in a period that is over is not shown for the next, and that is read as it begins", async () => {
  vi.useFakeTimers();
  const [month] = someFigures("acme").periods;
  const ending = { ...month!, period: "day", toMs: NOON_MS + 300 };
  const brands = [{ ...someFigures("acme"), periods: [ending, month!] }];
  let nowMs = NOON_MS;
  let readings = 0;
  const gauges = unreadGauges({
    clock: { now: () => nowMs, monotonicMs: () => 0 },
    read: async () => {
      readings += 1;
      if (readings > 1) throw new Error("the database is away");
      return aLedgerSpend({ brands });
    },
  });
  const shown = async () =>
    samplesOf(await textOf(gauges), "api_usage_period_cost_usd").map(
      ({ labels }) => labels["period"],
    );
  gauges.start();
  await vi.advanceTimersByTimeAsync(0);
  nowMs = NOON_MS + 299;
  expect(await shown()).toEqual(["day", "month"]);
  nowMs = NOON_MS + 300;
  expect([await shown(), readings]).toEqual([["month"], 1]);
  await vi.advanceTimersByTimeAsync(300);
  expect(readings).toBe(2);
  // From then on it is asked for once an interval again.
  await vi.advanceTimersByTimeAsync(999);
  expect(readings).toBe(2);
  await vi.advanceTimersByTimeAsync(1);
  expect([await shown(), readings, gauges.readAtMs]).toEqual([["month"], 3, NOON_MS]);
  gauges.close();
});

test("a reading is not begun while another is under way, however long that takes", async () => {
  let begun = 0;
  const reading = Promise.withResolvers<LedgerSpend>();
  const gauges = unreadGauges({ read: () => ((begun += 1), reading.promise) });
  const refreshes = [gauges.refresh(), gauges.refresh()];
  reading.resolve(aLedgerSpend());
  await Promise.all(refreshes);
  expect([begun, gauges.readAtMs]).toEqual([1, NOON_MS]);
});
