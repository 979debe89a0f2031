/** What tests of metrics share: the state of a pipeline and of a ledger, and labels that would spoil a page. */
import type { Picodollars } from "../../src/base/money.ts";
import {
  LedgerGauges,
  type LedgerGaugesOptions,
  type LedgerGaugesParts,
} from "../../src/metrics/ledger-gauges.ts";
import type { BrandFigures, LedgerSpend } from "../../src/metrics/ledger-spend.ts";
import type { PipelineHealth } from "../../src/metrics/pipeline-health.ts";
import { KeptLogger } from "./logger.ts";
import { NOON_MS } from "./record.ts";

export function aPipeline(overrides: Partial<PipelineHealth> = {}): PipelineHealth {
  return {
    pendingRecords: 3,
    journalBytes: 4_096,
    oldestPendingAtMs: NOON_MS,
    droppedRecords: 0,
    deadLetterRecords: 1,
    writtenRecords: 40,
    ...overrides,
  };
}

/** Values that the text format has to escape, cannot hold, or would print alike. */
export const ODD_LABELS: readonly string[] = [
  '"quoted"',
  "back\\slash",
  "new\nline",
  "nul\u0000",
  "ünïcödé 漢字",
  "\ud800",
  "\ud801",
  "",
];

/** What one brand spent in November, and of which it has a budget: $1.25 of $500. */
export function aLedgerSpend(overrides: Partial<LedgerSpend> = {}): LedgerSpend {
  return {
    readAtMs: NOON_MS,
    brands: [someFigures("acme")],
    models: [{ brand: "acme", model: "gemini-2.5-flash", cost: 9_000_000_000_000n }],
    budgetsAreSound: true,
    ...overrides,
  };
}

export function someFigures(brand: string, cost: Picodollars = 1_250_000_000_000n): BrandFigures {
  return {
    brand,
    periods: [
      {
        period: "month",
        // 2026-11-01 and 2026-12-01, 00:00 in UTC
        fromMs: 1_793_491_200_000,
        toMs: 1_796_083_200_000,
        cost,
        budget: {
          amount: 500_000_000_000_000n,
          warnings: [{ share: 0.8, amount: 400_000_000_000_000n }],
        },
      },
    ],
    windows: [{ window: "7d", lengthMs: 604_800_000, cost }],
  };
}

/** Gauges that have read nothing yet, at noon. */
export function unreadGauges(
  parts: Partial<LedgerGaugesParts>,
  options: Partial<LedgerGaugesOptions> = {},
): LedgerGauges {
  const clock = { now: () => NOON_MS, monotonicMs: () => 0 };
  return new LedgerGauges(
    { read: async () => aLedgerSpend(), clock, logger: new KeptLogger(), ...parts },
    { refreshIntervalMs: 1_000, labelLimits: {}, maxSeries: 5_000, ...options },
  );
}

/** Gauges that have read `spend`. */
export async function gaugesOf(
  spend: LedgerSpend,
  options: Partial<LedgerGaugesOptions> = {},
): Promise<LedgerGauges> {
  const gauges = unreadGauges({ read: async () => spend }, options);
  await gauges.refresh();
  return gauges;
}
