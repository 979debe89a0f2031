import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { toUsdString } from "../../src/base/money.ts";
import { type BilledUsage, costOf, UNPRICED } from "../../src/pricing/cost.ts";
import { GEMINI_PRICES, geminiPriceBook } from "../../src/pricing/gemini-prices.ts";
import { TIERS } from "../../src/pricing/list-price.ts";
import type { PricedCost } from "../../src/usage/record.ts";
import type { ItemKind, UsedItem } from "../../src/usage/items.ts";
import { pacificMidnight } from "../support/pacific-time.ts";
import { tokensOf } from "../support/tokens.ts";

const BOOK = geminiPriceBook();
const NOON = pacificMidnight("2026-11-24") + 12 * 3_600_000;

function priced(
  model: string,
  items: readonly UsedItem[],
  rest: Partial<BilledUsage> = {},
  book = BOOK,
): PricedCost {
  return costOf(book, { model, tokens: undefined, items, atMs: NOON, ...rest });
}

/** `"0.028 priced"`: the cost in dollars and its status. */
function shown({ cost, priceStatus }: PricedCost): string {
  return `${cost === undefined ? "unknown" : toUsdString(cost)} ${priceStatus}`;
}

const NO_TOKENS = { tokens: tokensOf({}) };
const search = (quantity: number): UsedItem => ({ kind: "google_search", quantity });
const maps = (quantity: number): UsedItem => ({ kind: "google_maps", quantity });

describe("grounding", () => {
  test.each([
    ["gemini-3.8-flash", search(1), "0.014 priced"], // $14 for 1,000 queries
    ["gemini-3.8-flash", search(2), "0.028 priced"],
    ["gemini-4-argon", search(3), "0.042 priced"],
    ["gemini-3-pro-image", search(2), "0.028 priced"],
    ["gemini-2.5-flash", search(1), "0.035 priced"], // $35 for 1,000 prompts
    ["gemini-2.5-flash", search(3), "0.035 priced"],
    ["gemini-2.5-flash", search(0), "0 priced"],
    ["gemini-2.0-flash", search(3), "0.035 priced"],
    ["gemini-3.8-flash", maps(2), "0.028 priced"],
    ["gemini-2.5-pro", maps(2), "0.025 priced"], // $25 for 1,000 prompts
    ["gemini-2.0-flash-lite", search(1), "0 partial"], // no price of it is known
    ["gemini-3-pro-image", maps(1), "0 partial"],
    ["gemma-4", search(1), "0 partial"], // its tokens are free; a search may not be
  ])("%s with %o costs %s beside its tokens", (model, item, cost) => {
    expect(shown(priced(model, [item], NO_TOKENS))).toBe(cost);
  });

  test("adds to the tokens' cost, each line with its own", () => {
    // 1 000 × $0.75/M + 200 × $3.75/M = $0.0015, 2 × $0.014 and 1 × $0.014
    const tokens = tokensOf({ input: 1_000, output: 200 });
    expect(priced("gemini-3.8-flash", [search(2), maps(1)], { tokens })).toEqual({
      cost: 43_500_000_000n,
      priceStatus: "priced",
      priceVersion: "2026-11-24/gemini-3.8-flash@2026-09-02/standard",
      items: [
        { ...search(2), cost: 28_000_000_000n },
        { ...maps(1), cost: 14_000_000_000n },
      ],
    });
  });

  test.each(TIERS)("costs the same in every tier: %s", (serviceTier) => {
    const usage = { ...NO_TOKENS, serviceTier };
    expect(shown(priced("gemini-3.1-pro-preview", [search(2)], usage))).toBe("0.028 priced");
  });

  test("of which only the searches are known leaves the tokens out, and says so", () => {
    expect(shown(priced("gemini-3.8-flash", [search(2)]))).toBe("0.028 partial");
    const prepaid = { tokens: tokensOf({ input: 1 }), serviceTier: "provisioned_throughput" };
    expect(shown(priced("gemini-3.8-flash", [search(2)], prepaid))).toBe("0.028 partial");
  });
});

describe("what is billed by the piece", () => {
  test.each<[string, ItemKind, number, string | undefined, string]>([
    ["imagen-4.0-generate-001", "image", 4, undefined, "0.16 priced"], // 4 × $0.04
    ["imagen-4.0-fast-generate-001", "image", 1, undefined, "0.02 priced"],
    [
      "publishers/google/models/imagen-4.0-ultra-generate-001",
      "image",
      1,
      undefined,
      "0.06 priced",
    ],
    ["imagen-4.0-generate-001", "image", 0, undefined, "0 priced"], // all withheld
    ["veo-3.1-generate-001", "video_second", 8, "1080p", "3.2 priced"], // 8 × $0.40
    ["veo-3.1-generate-preview", "video_second", 8, "4k", "4.8 priced"], // 8 × $0.60
    ["veo-3.1-fast-generate-001", "video_second", 8, "720p", "0.8 priced"],
    ["veo-3.1-fast-generate-001", "video_second", 8, "8k", "unknown unpriced"],
    ["veo-3.1-fast-generate-001", "video_second", 8, undefined, "unknown unpriced"],
    ["veo-2.0-generate-001", "video_second", 8, undefined, "2.8 priced"], // 8 × $0.35
    ["veo-2.0-generate-001", "video_second", 8, "720p", "2.8 priced"], // one for them all
    ["lyria-3-pro-preview", "song", 2, undefined, "0.16 priced"],
    ["imagen-4.0-generate-001", "song", 1, undefined, "unknown unpriced"],
    ["gemini-2.5-flash-image", "image", 1, undefined, "unknown unpriced"], // billed by the token
    ["imagen-9", "image", 1, undefined, "unknown unpriced"],
    ["imagen-4.0-generate-001", "image", 0.5, undefined, "unknown unpriced"], // no such count
  ])("%s: %s × %d (%s) is %s", (model, kind, quantity, variant, cost) => {
    const item = variant === undefined ? { kind, quantity } : { kind, quantity, variant };
    expect(shown(priced(model, [item]))).toBe(cost);
  });

  test("without a price stays on the bill, for when it has one", () => {
    const items = [{ kind: "image", quantity: 4 }] as const;
    const unknown = { ...UNPRICED, items: [{ ...items[0], cost: undefined }] };
    expect(priced("imagen-9", items)).toEqual(unknown);
    expect(costOf(BOOK, { model: undefined, tokens: undefined, items, atMs: NOON })).toEqual(
      unknown,
    );
  });

  test("costs the same whatever tokens are told beside it; tokens alone don't say what it is", () => {
    const tokens = tokensOf({ input: 1_000, output: 1_000 });
    const song = { kind: "song", quantity: 1 } as const;
    expect(shown(priced("lyria-3-clip-preview", [song], { tokens }))).toBe("0.04 priced");
    expect(priced("lyria-3-clip-preview", [], { tokens })).toEqual(UNPRICED);
  });
});

describe("storage of a cache", () => {
  const HOUR = 3_600;
  const stored = (quantity: number): UsedItem => ({ kind: "cache_token_second", quantity });

  test.each([
    ["gemini-2.5-flash", undefined, 1_000_000 * HOUR, "1 priced"], // a million tokens for an hour
    ["gemini-2.5-pro", undefined, 32_768 * 300, "0.012288 priced"], // × $4.50/M/h, for 5 minutes
    ["gemini-3.1-pro-preview", "priority", 1_000_000 * HOUR, "8.1 priced"],
    ["gemini-3.1-flash-lite", "batch", 1_000_000 * HOUR, "0.5 priced"],
    ["gemini-3.8-flash", "batch", 1_000_000 * HOUR, "0.5 estimated"], // as for standard
    ["gemini-2.5-flash", undefined, 1, "0.000000000278 priced"], // 1 000 000 / 3 600 = 277.7…
    ["gemini-2.5-flash", undefined, 9, "0.0000000025 priced"], // 2 500, exactly
    ["gemini-4-argon", undefined, HOUR, "unknown unpriced"], // it has no explicit caches
    ["imagen-4.0-generate-001", undefined, HOUR, "unknown unpriced"],
  ])("of %s at tier %s, %i token-seconds, costs %s", (model, serviceTier, quantity, cost) => {
    expect(shown(priced(model, [stored(quantity)], { serviceTier }))).toBe(cost);
  });

  test("a half of a picodollar rounds away from zero, both ways", () => {
    // $0.0018 for a million tokens an hour: 1 800 a token-hour, half a picodollar a token-second
    const book = BOOK.with([{ id: "own", input: "1", cacheStoragePerHour: "0.0018" }]);
    const costs = [3, 1, -1, -3].map((n) => priced("own", [stored(n)], {}, book).cost);
    expect(costs).toEqual([2n, 1n, -1n, -2n]);
  });

  test("taken back is worth what it cost", () => {
    const seconds = fc.integer({ min: 1, max: 1e13 });
    fc.assert(
      fc.property(seconds, (count) => {
        const [there, back] = [count, -count].map((n) => priced("gemini-2.5-pro", [stored(n)]));
        expect(there!.cost! + back!.cost!).toBe(0n);
      }),
    );
  });
});

test("a cost is that of the tokens and of each item, and more of anything never costs less", () => {
  const model = fc.constantFrom(...GEMINI_PRICES.map(({ id }) => id));
  const kind = fc.constantFrom<ItemKind>("google_search", "google_maps", "image", "song");
  const items = fc.array(fc.record({ kind, quantity: fc.nat({ max: 9 }) }));
  fc.assert(
    fc.property(model, items, fc.nat({ max: 1e5 }), (id, used, input) => {
      const tokens = tokensOf({ input });
      const { cost = 0n, items: lines } = priced(id, used, { tokens });
      const alone = costOf(BOOK, { model: id, tokens, atMs: NOON }).cost ?? 0n;
      expect(lines.reduce((sum, line) => sum + (line.cost ?? 0n), alone)).toBe(cost);
      const more = used.map((item) => ({ ...item, quantity: item.quantity + 1 }));
      expect(priced(id, more, { tokens }).cost ?? 0n).toBeGreaterThanOrEqual(cost);
    }),
  );
});

test("a user's price has items of its own, and takes none over from the list", () => {
  const own = {
    id: "gemini-2.5-flash",
    input: "0.25",
    items: { google_search: "0.01", google_maps: { perPrompt: "0.02" } },
  };
  const book = BOOK.with([own, { id: "veo-9", items: { video_second: { "720p": "0.1" } } }]);
  expect(shown(priced("gemini-2.5-flash", [search(3)], NO_TOKENS, book))).toBe("0.03 priced");
  expect(shown(priced("gemini-2.5-flash", [maps(3)], NO_TOKENS, book))).toBe("0.02 priced");
  const seconds: UsedItem = { kind: "video_second", quantity: 8, variant: "720p" };
  expect(shown(priced("veo-9", [seconds], {}, book))).toBe("0.8 priced");
  const { items: _, ...without } = own;
  const cost = priced("gemini-2.5-flash", [search(3)], NO_TOKENS, BOOK.with([without]));
  expect(shown(cost)).toBe("0 partial");
});
