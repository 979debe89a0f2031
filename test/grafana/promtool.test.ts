/** The boards' queries on a real Prometheus that holds a month of simulated calls. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { NOT_IN_PERIOD } from "../../grafana/look.ts";
import { type BoardTarget, boardFile, BOARD_NAMES } from "./board-file.ts";
import { filledInPromql } from "./filled-in-query.ts";
import { PrometheusServer } from "./prometheus-server.ts";
import type { Series } from "./series.ts";
import { alertsPage } from "./simulated-alerts.ts";
import { BRANDS, callsAt, FROM_MS, SCRAPE_MS, TO_MS } from "./simulated-calls.ts";
import { OUTAGE, simulatedPages } from "./simulated-month.ts";

const MINUTE_MS = 60_000;
/** A browser that stands in Berlin: its November began at 23:00 UTC. */
const MONTH_FROM_MS = Date.parse("2026-10-31T23:00:00Z");
const CALLS = Array.from({ length: (TO_MS - FROM_MS) / SCRAPE_MS }, (_, step) =>
  callsAt(step + 1),
).flat();

/** At the very end the watchdog, and the first call to a model without a price: its series are born with it. */
function furtherAt(atMs: number): string {
  if (atMs < TO_MS - SCRAPE_MS) return "";
  const model = 'model="gemini-brand-new"';
  const lines = [
    `api_usage_unpriced_requests_total{instance="app-0:9464",${model}} 1`,
    `api_usage_cost_usd_total{instance="app-0:9464",brand="acme",${model}} 0`,
    `api_usage_ledger_cost_usd{instance="serve-0:9465",brand="acme",${model}} 0`,
  ];
  const watchdog = { name: "Watchdog", severity: "none", sinceMs: FROM_MS };
  return alertsPage([watchdog], atMs) + lines.map((text) => `${text} ${atMs / 1_000}\n`).join("");
}

let prometheus: PrometheusServer;
beforeAll(async () => {
  prometheus = await PrometheusServer.start(simulatedPages({ furtherAt }));
}, 300_000);
afterAll(() => prometheus?.stop());

function run(
  target: BoardTarget,
  fromMs: number,
  filters: Readonly<Record<string, string>> = {},
  toMs: number = TO_MS,
) {
  const query = filledInPromql(target.expr!, {
    range: { fromMs, toMs },
    rateIntervalMs: 4 * SCRAPE_MS,
    chosen: { period: "month", ...filters },
  });
  if (target.instant === true) return prometheus.instant(query, toMs);
  return prometheus.range(query, TO_MS - 360 * MINUTE_MS, TO_MS, 10 * MINUTE_MS);
}

function targetsOf(name: (typeof BOARD_NAMES)[number]) {
  return boardFile(name).panels.flatMap(({ title, targets = [] }) =>
    targets
      .filter(({ expr }) => expr !== undefined)
      .map((target) => ({ panel: `${title}, ${target.refId}`, target })),
  );
}

/** The value of a query of a panel for each set of labels, by the labels' values. */
async function valuesOf(
  name: (typeof BOARD_NAMES)[number],
  panel: string,
  filters: Readonly<Record<string, string>> = {},
  toMs: number = TO_MS,
): Promise<Readonly<Record<string, number>>> {
  const { target } = targetsOf(name).find((one) => one.panel === panel)!;
  const series = await run(target, MONTH_FROM_MS, filters, toMs);
  return Object.fromEntries(
    series.map(({ labels, points }) => [Object.values(labels).join("/"), points.at(-1)![1]]),
  );
}

/** What calls cost from a moment up to another, in whole cents. */
function cents(
  fromMs: number,
  matches: Partial<(typeof CALLS)[number]>,
  toMs: number = TO_MS,
): number {
  const sum = CALLS.filter(
    (call) =>
      call.startedAtMs >= fromMs &&
      call.startedAtMs < toMs &&
      Object.entries(matches).every(([key, value]) => call[key as keyof typeof call] === value),
  ).reduce((total, { cost = 0n }) => total + cost, 0n);
  return Math.round(Number(sum) / 1e10);
}

function inCents(usd: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(usd).map(([key, value]) => [key, Math.round(value * 100)]),
  );
}

function hasData(series: readonly Series[]): boolean {
  return series.some(({ points }) => points.some(([, value]) => Number.isFinite(value)));
}

describe("every panel has something to show", () => {
  // What is overspent has a test below: here, there is something left.
  const all = BOARD_NAMES.flatMap((name) =>
    targetsOf(name).map((one) => ({ board: name, ...one })),
  ).filter(({ panel }) => panel !== "Budget left, B");
  test.each(all)("$board: $panel", async ({ target }) => {
    expect(hasData(await run(target, MONTH_FROM_MS))).toBe(true);
  });

  test("and with filters, too", async () => {
    const filters = { brand: "acme|globex", model: "gemini-2.5-flash", endpoint: "chat" };
    const panels = await Promise.all(
      targetsOf("spendspan-requests").map(async ({ panel, target }) => ({
        panel,
        hasData: hasData(await run(target, MONTH_FROM_MS, filters)),
      })),
    );
    expect(panels.filter((one) => !one.hasData)).toEqual([]);
  });
});

describe("money is that of the calls, to the cent", () => {
  const [BERLIN, NEW_YORK, UTC] = [
    MONTH_FROM_MS,
    Date.parse("2026-11-01T04:00:00Z"),
    Date.parse("2026-11-01T00:00:00Z"),
  ];

  test("of each brand in the month of its time zone", async () => {
    expect(inCents(await valuesOf("spendspan-cost", "Brands, A"))).toEqual({
      "acme/month": cents(BERLIN, { brand: "acme" }),
      "globex/month": cents(NEW_YORK, { brand: "globex" }),
      "initech/month": cents(UTC, { brand: "initech" }),
    });
  });

  test("of each brand today, from its midnight on", async () => {
    const today = await valuesOf("spendspan-cost", "Brands, A", { period: "day" });
    expect(inCents(today)).toEqual({
      "acme/day": cents(Date.parse("2026-11-23T23:00:00Z"), { brand: "acme" }),
      "globex/day": cents(Date.parse("2026-11-24T05:00:00Z"), { brand: "globex" }),
      "initech/day": cents(Date.parse("2026-11-24T00:00:00Z"), { brand: "initech" }),
    });
  });

  test("of each model in the time range, but for one without a price", async () => {
    expect(inCents(await valuesOf("spendspan-cost", "Models, A"))).toEqual({
      "gemini-2.5-flash": cents(BERLIN, { model: "gemini-2.5-flash" }),
      "gemini-2.5-pro": cents(BERLIN, { model: "gemini-2.5-pro" }),
    });
  });

  test("of what is left of all budgets", async () => {
    // $1,100 and $900; initech has none.
    const spentCents = cents(BERLIN, { brand: "acme" }) + cents(NEW_YORK, { brand: "globex" });
    const left = inCents(await valuesOf("spendspan-cost", "Budget left, A"));
    expect(left).toEqual({ "": 200_000 - spentCents });
    expect(await valuesOf("spendspan-cost", "Budget left, B")).toEqual({});
    expect(await valuesOf("spendspan-cost", "Budget left, A", { brand: "initech" })).toEqual({});
  });

  test("and of what is overspent, above zero, beside nothing that is left", async () => {
    // Four minutes before midnight in Berlin acme has spent more than a thirtieth of $1,100.
    const [midnightMs, lateMs] = [
      Date.parse("2026-11-22T23:00:00Z"),
      Date.parse("2026-11-23T22:56:00Z"),
    ];
    const filters = { brand: "acme", period: "day" };
    const overspent = await valuesOf("spendspan-cost", "Budget left, B", filters, lateMs);
    const known = cents(midnightMs, { brand: "acme" }, lateMs) - 110_000 / 30;
    expect(known).toBeGreaterThan(0);
    expect(Math.abs(overspent[""]! * 100 - known)).toBeLessThanOrEqual(0.5);
    expect(await valuesOf("spendspan-cost", "Budget left, A", filters, lateMs)).toEqual({});
  });

  test("of this week and of the one before", async () => {
    const [weekMs, twoWeeksMs] = [TO_MS - 604_800_000, TO_MS - 1_209_600_000];
    const weeks = BRANDS.map(({ brand }) => [
      brand,
      cents(weekMs, { brand }),
      cents(twoWeeksMs, { brand }, weekMs),
    ]);
    const now = inCents(await valuesOf("spendspan-cost", "Brands that moved most, B"));
    const before = inCents(await valuesOf("spendspan-cost", "Brands that moved most, C"));
    expect(BRANDS.map(({ brand }) => [brand, now[brand], before[brand]])).toEqual(weeks);
    const models = inCents(await valuesOf("spendspan-cost", "Models that moved most, C"));
    const model = "gemini-2.5-pro";
    expect(models[model]).toBe(cents(twoWeeksMs, { model }, weekMs));
  });

  test("and no model without a price costs nothing, from its first call on", async () => {
    const without = ["gemini-unheard-of", "gemini-brand-new"];
    const columns = [
      "Models, A",
      "Models, D",
      "Spend an hour by model, A",
      ..."ABC".split("").map((column) => `Models that moved most, ${column}`),
    ];
    for (const column of columns) {
      const models = Object.keys(await valuesOf("spendspan-cost", column));
      expect(models).toContain("gemini-2.5-pro");
      expect(models.filter((model) => without.includes(model))).toEqual([]);
    }
    expect(await valuesOf("spendspan-cost", "Models, C")).toEqual({
      "gemini-2.5-flash": 0,
      "gemini-2.5-pro": 0,
      "gemini-unheard-of": 1,
      "gemini-brand-new": 1,
    });
  });

  test("also of a range that begins while Prometheus was away for less than an hour", async () => {
    const fromMs = OUTAGE.fromMs + 48 * MINUTE_MS;
    const { target } = targetsOf("spendspan-cost").find(({ panel }) => panel === "Models, A")!;
    const [flash] = await run(target, fromMs, { model: "gemini-2.5-flash" });
    // As it was scraped last, four minutes before the outage.
    const lastMs = OUTAGE.fromMs - SCRAPE_MS;
    const known = cents(lastMs, { model: "gemini-2.5-flash" });
    expect(Math.round(flash!.points[0]![1] * 100)).toBe(known);
  });

  test.each([
    ["before the ledger was read", FROM_MS - 86_400_000],
    ["when the ledger had not been read for an hour", OUTAGE.toMs - 60 * MINUTE_MS],
  ])("and nothing is said of a range that begins %s", async (_, fromMs) => {
    const { target } = targetsOf("spendspan-cost").find(({ panel }) => panel === "Models, A")!;
    expect(await run(target, fromMs)).toEqual([]);
  });
});

describe("shares and forecasts", () => {
  test("counters agree with the calls within a hundredth, over restarts and an outage", async () => {
    const endpoints = await valuesOf("spendspan-cost", "Endpoints, A");
    for (const endpoint of ["chat", "extract"]) {
      const ratio = (endpoints[endpoint]! * 100) / cents(MONTH_FROM_MS, { endpoint });
      expect(Math.abs(ratio - 1)).toBeLessThan(0.01);
    }
  });

  test("the share of failing calls is that of the calls within a hundredth", async () => {
    const flash = CALLS.filter(({ model }) => model === "gemini-2.5-flash");
    const known = flash.filter(({ status }) => status !== "success").length / flash.length;
    const models = await valuesOf("spendspan-requests", "Models, B");
    expect(Math.abs(models["gemini-2.5-flash"]! / known - 1)).toBeLessThan(0.01);
    expect(models["gemini-2.5-pro"]).toBe(0);
  });

  test("the forecast is what is spent, and the mean of the last week for the rest of the month", async () => {
    const weekCents = cents(TO_MS - 604_800_000, { brand: "acme" });
    // Berlin's December begins at 23:00 UTC of the 30th.
    const leftMs = Date.parse("2026-11-30T23:00:00Z") - TO_MS;
    const expected = cents(MONTH_FROM_MS, { brand: "acme" }) + (weekCents * leftMs) / 604_800_000;
    const forecast = inCents(await valuesOf("spendspan-cost", "Brands, D"));
    expect(Math.abs(forecast["acme/month"]! - expected)).toBeLessThanOrEqual(2);
  });

  test("only a budget that does not last has a day on which it runs out", async () => {
    const moments = await valuesOf("spendspan-cost", "Brands, E");
    const notInPeriodMs = NOT_IN_PERIOD * 1_000;
    expect(moments).toEqual({ "acme/month": expect.anything(), "globex/month": notInPeriodMs });
    expect(moments["acme/month"]).toBeGreaterThan(TO_MS);
    expect(moments["acme/month"]).toBeLessThan(Date.parse("2026-11-30T23:00:00Z"));
    const first = (filters: Readonly<Record<string, string>>) =>
      valuesOf("spendspan-cost", "First budget runs out, A", filters);
    expect(await first({})).toEqual({ "": moments["acme/month"] });
    expect(await first({ brand: "globex" })).toEqual({ "": notInPeriodMs });
    // It has no budget, so that nothing is known to last.
    expect(await first({ brand: "initech" })).toEqual({});
  });

  test("the drift of each brand is a hundredth at most, and of none left out", async () => {
    const drift = await valuesOf("spendspan-pipeline", "Drift by brand, A");
    expect(Object.keys(drift).toSorted()).toEqual(["acme", "globex", "initech"]);
    expect(Math.max(...Object.values(drift))).toBeLessThan(0.01);
  });
});

test("the lag is 0 while no record waits, and not known while no app is scraped", async () => {
  const { target } = targetsOf("spendspan-pipeline").find(({ panel }) => panel === "Lag, A")!;
  const page = `api_usage_journal_records{instance="app-0:9464"} 0 ${TO_MS / 1_000}\n# EOF\n`;
  const idle = await PrometheusServer.start([page]);
  try {
    const [lag] = await idle.instant(target.expr!, TO_MS);
    expect(lag!.points[0]![1]).toBe(0);
    expect(await idle.instant(target.expr!, TO_MS - 60 * MINUTE_MS)).toEqual([]);
  } finally {
    await idle.stop();
  }
});
