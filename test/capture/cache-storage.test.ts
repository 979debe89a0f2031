import fc from "fast-check";
import { expect, test } from "vitest";

import { CacheAccount, unknownStorage } from "../../src/capture/cache-storage.ts";
import { geminiPriceBook } from "../../src/pricing/gemini-prices.ts";
import { createGeminiProvider } from "../../src/providers/gemini/provider.ts";
import type { ResourceEntry } from "../../src/usage/resource-entry.ts";
import { aRequest } from "../support/provider-request.ts";
import { aRecord, NOON_MS } from "../support/record.ts";
import { tokensOf } from "../support/tokens.ts";

const HOUR_MS = 3_600_000;
const TOKENS = 1_000_000;
const UPDATE = createGeminiProvider({ baseUrls: [], priceBook: geminiPriceBook() }).match(
  aRequest("PATCH", "https://generativelanguage.googleapis.com/v1beta/cachedContents/c"),
)!;

/** Storage of so many hours. */
function items(hours: number) {
  return [
    { kind: "cache_token_second", quantity: TOKENS * hours * 3_600, cost: undefined },
  ] as const;
}

/** Of a million tokens, kept for an hour. */
const CREATION = aRecord({
  resourceName: "cachedContents/c",
  operation: "cachedContents.create",
  brand: "acme",
  user: "u-1",
  tokens: tokensOf({ input: TOKENS }),
  items: items(1),
});
const CHANGE = aRecord({
  resourceName: "cachedContents/c",
  operation: "cachedContents.update",
  requestedModel: undefined,
  model: undefined,
  brand: "globex",
  tokens: undefined,
  startedAtMs: NOON_MS + HOUR_MS / 2,
});

function change(hours: number): ResourceEntry {
  return { ...CHANGE, entry: "storage", items: items(hours) };
}

function accountOf(...entries: readonly ResourceEntry[]): CacheAccount {
  return CacheAccount.of(entries)!;
}

function kept(hours: number, tokens: { tokens?: number } = { tokens: TOKENS }) {
  return { ...tokens, createdAtMs: NOON_MS, untilMs: NOON_MS + hours * HOUR_MS };
}

test("what is owed is the difference to all that was booked", () => {
  const account = accountOf(CREATION, change(2), change(-1.5)); // for 1.5 hours
  expect(account.owedFor(kept(4))).toBe(TOKENS * 2.5 * 3_600);
  expect(account.owedFor(kept(1))).toBe(-TOKENS * 0.5 * 3_600);
  expect(account.owedFor(kept(1.5))).toBe(0);
  // An answer that doesn't say how many tokens it is about: the same as before.
  expect(account.owedFor(kept(4, {}))).toBe(TOKENS * 2.5 * 3_600);
});

test("what a removed cache did not use is taken back, and nothing of one that had expired", () => {
  const account = accountOf(CREATION);
  expect(account.owedUntil(NOON_MS + HOUR_MS / 4)).toBe(-TOKENS * 0.75 * 3_600);
  expect(account.owedUntil(NOON_MS + HOUR_MS)).toBe(0);
  expect(account.owedUntil(NOON_MS + 9 * HOUR_MS)).toBe(0);
  // A clock that was set back can't give back more than was paid.
  expect(account.owedUntil(NOON_MS - HOUR_MS)).toBe(-TOKENS * 3_600);
});

test("however often its end is moved, a cache costs what its last end says", () => {
  const hours = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1 });
  fc.assert(
    fc.property(hours, (ends) => {
      const entries: ResourceEntry[] = [CREATION];
      for (const end of ends) {
        const quantity = accountOf(...entries).owedFor(kept(end));
        entries.push({ ...change(0), items: [{ kind: "cache_token_second", quantity }] });
      }
      expect(accountOf(...entries).owedFor(kept(ends.at(-1)!))).toBe(0);
    }),
  );
});

test("the entry of a change is for whoever made the cache, priced as its model", () => {
  expect(accountOf(CREATION).entry(CHANGE, -TOKENS * 0.75 * 3_600, UPDATE)).toEqual({
    ...CHANGE,
    entry: "storage",
    requestedModel: "gemini-2.5-flash",
    model: "gemini-2.5-flash",
    brand: "acme",
    user: "u-1",
    tokens: undefined,
    // 0.75 hours × $1.00
    cost: -750_000_000_000n,
    priceStatus: "priced",
    priceVersion: expect.stringContaining("gemini-2.5-flash"),
    items: [{ kind: "cache_token_second", quantity: -2_700_000_000, cost: -750_000_000_000n }],
  });
});

test("a cache whose making nobody recorded has no account, and its change no known cost", () => {
  expect(CacheAccount.of([])).toBeUndefined();
  expect(CacheAccount.of([change(1)])).toBeUndefined();
  expect(CacheAccount.of([{ ...CREATION, tokens: undefined }])).toBeUndefined();
  expect(unknownStorage(CHANGE)).toMatchObject({
    entry: "storage",
    brand: "globex",
    cost: undefined,
    priceStatus: "unpriced",
    usageStatus: "missing",
    items: [],
  });
});
