/**
 * What a change to a cache does to the cost of its storage.
 *
 * Storage is booked ahead when the cache is made, until its expiry: what comes later is the difference
 * to that, above or below zero.
 */
import { UNPRICED } from "../pricing/cost.ts";
import type { Operation } from "../providers/operation.ts";
import { tokenSeconds } from "../usage/items.ts";
import type { UsageRecord } from "../usage/record.ts";
import type { ResourceEntry } from "../usage/resource-entry.ts";
import { inputTokens, type TokenCounts } from "../usage/tokens.ts";

/** How long a cache is kept, in ms since the Unix epoch. */
export interface Retention {
  /** Absent: as many as it was made with. */
  readonly tokens?: number;
  readonly createdAtMs: number;
  readonly untilMs: number;
}

/** The record that made the cache, and what was booked for it since. */
export class CacheAccount {
  readonly #creation: ResourceEntry;
  readonly #tokens: number;
  readonly #bookedTokenSeconds: number;

  private constructor(creation: ResourceEntry, tokens: TokenCounts, bookedTokenSeconds: number) {
    this.#creation = creation;
    this.#tokens = inputTokens(tokens);
    this.#bookedTokenSeconds = bookedTokenSeconds;
  }

  /** Undefined when the entries don't tell of its making. */
  static of(entries: readonly ResourceEntry[]): CacheAccount | undefined {
    const creation = entries.find(({ entry, items }) => entry === "call" && items.some(isStorage));
    if (creation?.tokens === undefined) return undefined;
    const booked = entries.flatMap(({ items }) => items.filter(isStorage));
    const tokenSecondsBooked = booked.reduce((sum, { quantity }) => sum + quantity, 0);
    return new CacheAccount(creation, creation.tokens, tokenSecondsBooked);
  }

  /** What is still to be booked for a cache that is now kept so long; less than none if it was more. */
  owedFor({ tokens, createdAtMs, untilMs }: Retention): number {
    return tokenSeconds(tokens ?? this.#tokens, createdAtMs, untilMs) - this.#bookedTokenSeconds;
  }

  /** Likewise for one that was removed then; 0 for one that had expired by itself. */
  owedUntil(removedAtMs: number): number {
    const used = tokenSeconds(this.#tokens, this.#creation.startedAtMs, removedAtMs);
    return Math.min(0, Math.max(0, used) - this.#bookedTokenSeconds);
  }

  /** The entry of such a change, in the name of whoever made the cache. */
  entry(change: UsageRecord, owedTokenSeconds: number, operation: Operation): UsageRecord {
    const { endpoint, requestedModel, model, brand, campaign, user, keyFingerprint } =
      this.#creation;
    const items = [{ kind: "cache_token_second", quantity: owedTokenSeconds }] as const;
    const facts = { items, ...(model !== undefined && { model }) };
    const { startedAtMs } = change;
    return {
      ...change,
      entry: "storage",
      endpoint,
      requestedModel,
      model,
      tokens: undefined,
      usageStatus: "final",
      ...operation.price({
        facts,
        httpStatusCode: 200,
        neverSent: false,
        usageStatus: "final",
        startedAtMs,
      }),
      brand,
      campaign,
      user,
      keyFingerprint,
    };
  }
}

/** The entry of a change to a cache of which nothing is known: its cost is not, either. */
export function unknownStorage(change: UsageRecord): UsageRecord {
  return { ...change, entry: "storage", tokens: undefined, usageStatus: "missing", ...UNPRICED };
}

function isStorage({ kind }: { readonly kind: string }): boolean {
  return kind === "cache_token_second";
}
