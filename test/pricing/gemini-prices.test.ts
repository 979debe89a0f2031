import { expect, test } from "vitest";

import { GEMINI_PRICES } from "../../src/pricing/gemini-prices.ts";
import type { PricePeriod, Rate, TierPrice } from "../../src/pricing/list-price.ts";
import { SOURCES } from "../../src/pricing/prices/sources.ts";
import { picodollarsPerToken } from "../../src/pricing/rates.ts";
import { pacificMidnight } from "../support/pacific-time.ts";

interface NamedRate {
  readonly name: string;
  readonly text: string;
}

const PERIODS = GEMINI_PRICES.flatMap((model) => [
  ...model.periods.map((period) => ({ id: model.id, period })),
  ...(model.vertexPeriods ?? []).map((period) => ({ id: `${model.id}:vertex_ai`, period })),
]);

function ratesIn(period: PricePeriod): NamedRate[] {
  return Object.entries(period.tiers ?? {}).flatMap(([tier, { above200k, ...price }]) => [
    ...ratesOf(tier, price),
    ...(above200k === undefined ? [] : ratesOf(`${tier} above-200k`, above200k)),
  ]);
}

function itemsIn({ items = {} }: PricePeriod): NamedRate[] {
  return Object.entries(items).flatMap(([kind, price]: [string, string | object]) =>
    typeof price === "string"
      ? [{ name: `item ${kind}`, text: price }]
      : Object.entries(price).map(([of, text]: [string, string]) => ({
          name: `item ${kind}.${of}`,
          text,
        })),
  );
}

function ratesOf(name: string, price: Omit<TierPrice, "above200k">): NamedRate[] {
  return Object.entries(price).flatMap(([kind, rate]: [string, Rate]) =>
    typeof rate === "string"
      ? [{ name: `${name} ${kind}`, text: rate }]
      : Object.entries(rate).map(([modality, text]) => ({
          name: `${name} ${kind}.${modality}`,
          text,
        })),
  );
}

test("every rate is a whole number of picodollars per token", () => {
  const rates = PERIODS.flatMap(({ period }) => ratesIn(period));
  expect(rates.length).toBeGreaterThan(300);
  for (const { text } of rates) expect(() => picodollarsPerToken(text)).not.toThrow();
});

/**
 * A row in the ledger names the price that made its cost, so that price has to stay. A change of this
 * file may add lines, and take none away.
 */
test("a price once published is never changed", async () => {
  const lines = PERIODS.flatMap(({ id, period }) =>
    [...ratesIn(period), ...itemsIn(period)].map(
      ({ name, text }) => `${id}@${period.from ?? "start"} ${name} ${text}`,
    ),
  );
  await expect(`${lines.toSorted().join("\n")}\n`).toMatchFileSnapshot("published-prices.txt");
});

test("every id and alias names one model", () => {
  const names = GEMINI_PRICES.flatMap((model) => [model.id, ...(model.aliases ?? [])]);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => name !== name.toLowerCase())).toEqual([]);
});

test.each(GEMINI_PRICES)("$id has its periods in order, without gap or overlap", ({ periods }) => {
  for (const [at, { from = "2000-01-01", to = "2999-01-01" }] of periods.entries()) {
    expect(pacificMidnight(to)).toBeGreaterThan(pacificMidnight(from));
    expect(periods[at + 1]?.from ?? "2999-01-01").toBe(to);
  }
});

test("every price says where it was read, and every source is read from", () => {
  const cited = new Set(
    PERIODS.flatMap(({ period }) => [...period.sources, ...(period.itemSources ?? [])]),
  );
  expect(PERIODS.filter(({ period }) => period.sources.length === 0)).toEqual([]);
  expect([...cited].toSorted()).toEqual(Object.keys(SOURCES).toSorted());
});

test("batch and flex are half of standard and priority 1.8 times, wherever both are printed", () => {
  const ratio = { batch: 5n, flex: 5n, priority: 18n }; // tenths: what a missing rate is derived by
  const odd = PERIODS.flatMap(({ id, period }) =>
    (["batch", "flex", "priority"] as const).flatMap((tier) => {
      const own = period.tiers?.[tier];
      if (period.tiers === undefined || own === undefined) return [];
      const { standard: general } = period.tiers;
      const standard = ratesOf("", { input: general.input, ...outputOf(general) });
      const printed = ratesOf("", { input: own.input, ...outputOf(own) });
      return printed.flatMap(({ name, text }, at) => {
        const derived = (picodollarsPerToken(standard[at]?.text ?? "0") * ratio[tier]) / 10n;
        return picodollarsPerToken(text) === derived ? [] : [`${id} ${tier}${name}`];
      });
    }),
  );
  expect(odd).toEqual(["gemini-embedding-001:vertex_ai batch input"]); // 0.12 of 0.15, as sourced
});

function outputOf({ output }: TierPrice): Pick<TierPrice, "output"> {
  return output === undefined ? {} : { output };
}
