import { expect, test } from "vitest";

import type { TierPrices } from "../../src/pricing/list-price.ts";
import { picodollarsPerToken, rateCard } from "../../src/pricing/rates.ts";

test.each([
  ["0.30", 300_000n],
  ["120.00", 120_000_000n],
  ["0.0125", 12_500n],
  ["0.000001", 1n],
  ["0", 0n],
])("$%s per million tokens is %s picodollars per token", (text, rate) => {
  expect(picodollarsPerToken(text)).toBe(rate);
});

test.each(["0.0000001", "-1", "1e3", "", "free"])("%j is no rate", (text) => {
  expect(() => picodollarsPerToken(text)).toThrow(expect.objectContaining({ code: "ERR_MONEY" }));
});

test("a rate with a default holds for every modality that has none of its own", () => {
  const { input } = rateCard(
    { standard: { input: { default: "0.30", audio: "1.00" } } },
    "standard",
    false,
  );
  expect(input).toEqual({
    standard: 300_000n,
    byModality: {
      text: 300_000n,
      image: 300_000n,
      audio: 1_000_000n,
      video: 300_000n,
      document: 300_000n,
    },
    uniform: false,
    derived: false,
  });
});

test("a rate by text knows nothing of modalities that it doesn't name", () => {
  const { input } = rateCard(
    { standard: { input: { text: "0.75", image: "1.00" } } },
    "standard",
    false,
  );
  expect(input.byModality).toEqual({
    text: 750_000n,
    image: 1_000_000n,
    audio: undefined,
    video: undefined,
    document: 1_000_000n, // pages are read as images
  });
  expect(input.uniform).toBe(false);
});

test("rates that differ in name only are uniform", () => {
  const { input } = rateCard(
    { standard: { input: { default: "9.00", audio: "9.0" } } },
    "standard",
    false,
  );
  expect(input.uniform).toBe(true);
});

const STANDARD_ONLY: TierPrices = {
  standard: { input: "2.00", output: "12.00", cacheRead: "0.20" },
};

test.each([
  ["batch", 1_000_000n, 6_000_000n, 200_000n], // half; a cached token at most as standard
  ["flex", 1_000_000n, 6_000_000n, 200_000n],
  ["priority", 3_600_000n, 21_600_000n, 360_000n], // 1.8 times, cached too
] as const)(
  "a %s tier without rates is derived from standard, and says so",
  (tier, input, output, cached) => {
    const card = rateCard(STANDARD_ONLY, tier, false);
    expect(card.input).toMatchObject({ standard: input, derived: true });
    expect(card.output).toMatchObject({ standard: output, derived: true });
    expect(card.cacheRead).toMatchObject({ standard: cached, derived: true });
  },
);

test("only the rate that is missing is derived", () => {
  const prices: TierPrices = { ...STANDARD_ONLY, batch: { input: "0.90", output: "5.00" } };
  const card = rateCard(prices, "batch", false);
  expect(card.input).toMatchObject({ standard: 900_000n, derived: false });
  expect(card.output).toMatchObject({ standard: 5_000_000n, derived: false });
  expect(card.cacheRead).toMatchObject({ standard: 200_000n, derived: true });
});

test("where no cache rate is known at all, a cached token costs what a fresh one does", () => {
  const card = rateCard({ standard: { input: "0.30", output: "2.50" } }, "standard", false);
  expect(card.cacheRead).toMatchObject({ standard: 300_000n, derived: true });
});

test("a derived rate rounds up: it is an upper bound", () => {
  // half of 1 picodollar, and 1.8 times 1
  const prices: TierPrices = { standard: { input: "0.000001" } };
  expect(rateCard(prices, "batch", false).input.standard).toBe(1n);
  expect(rateCard(prices, "priority", false).input.standard).toBe(2n);
});

test("a long prompt takes the rates above 200,000 tokens, derived where the tier has none", () => {
  const prices: TierPrices = {
    standard: {
      ...STANDARD_ONLY.standard,
      above200k: { input: "4.00", output: "18.00", cacheRead: "0.40" },
    },
    batch: { input: "1.00", output: "6.00" },
  };
  expect(rateCard(prices, "standard", true).input).toMatchObject({
    standard: 4_000_000n,
    derived: false,
  });
  expect(rateCard(prices, "batch", true).input).toMatchObject({
    standard: 2_000_000n,
    derived: true,
  });
  expect(rateCard(prices, "batch", true).output).toMatchObject({
    standard: 9_000_000n,
    derived: true,
  });
});

test("a flat model costs the same above 200,000 tokens", () => {
  expect(rateCard(STANDARD_ONLY, "standard", true)).toEqual(
    rateCard(STANDARD_ONLY, "standard", false),
  );
});

test("a model without an output price has none in any tier", () => {
  expect(rateCard({ standard: { input: "0.15" } }, "batch", false).output).toBeUndefined();
});
