/** UsageRecord: one billed HTTP request, finished. The one shape that every sink reads. */
import type { Picodollars } from "../base/money.ts";
import type { BilledItem } from "./items.ts";
import type { TokenCounts } from "./tokens.ts";

/**
 * How the call ended for the app. `blocked`: the provider answered, but withheld the content.
 * `unknown`: the call started and its end was never seen.
 */
export const STATUSES = ["success", "error", "timeout", "cancelled", "blocked", "unknown"] as const;
export type Status = (typeof STATUSES)[number];

/**
 * - `priced`: all of the usage is known, and so is its price on that day
 * - `estimated`: a rate was missing and a rule filled it in
 * - `partial`: some of the usage, or of its price, is unknown: the cost is a lower bound
 * - `unpriced`: the cost is unknown
 * - `free`: known not to be billed
 */
export const PRICE_STATUSES = ["priced", "estimated", "partial", "unpriced", "free"] as const;
export type PriceStatus = (typeof PRICE_STATUSES)[number];

/**
 * What is known of the usage. `final`: the provider's own last word; `partial`: the last seen
 * before the answer broke off; `missing`: none seen; `mismatch`: final, but the parts don't sum;
 * `uncounted`: final, but the answer names usage of a kind that is not known here.
 */
export const USAGE_STATUSES = ["final", "partial", "missing", "mismatch", "uncounted"] as const;
export type UsageStatus = (typeof USAGE_STATUSES)[number];

/**
 * What a record stands for.
 * - `call`: a request that is billed by its own answer, or one piece of a finished job
 * - `job`: work handed in (a batch, a video), which is billed once its results were fetched
 * - `storage`: a cache kept longer, or less long, than was booked when it was made
 */
export const ENTRIES = ["call", "job", "storage"] as const;
export type Entry = (typeof ENTRIES)[number];

/** A cost and how far it can be trusted. */
export interface PricedCost {
  /** `undefined` when unknown; never 0 for that. */
  readonly cost: Picodollars | undefined;
  readonly priceStatus: PriceStatus;
  /** Names the dated price that was used, so that the cost can be computed again from the row. */
  readonly priceVersion: string | undefined;
  /** What was billed apart from tokens; its costs are part of `cost`. */
  readonly items: readonly BilledItem[];
}

export interface UsageRecord extends PricedCost {
  /** UUIDv7 made when the call started: the idempotency key of everything downstream. */
  readonly id: string;
  readonly entry: Entry;
  /** `google_ai`, `openweathermap`, … */
  readonly provider: string;
  /** `gemini_api` or `vertex_ai`; `undefined` for a provider without platforms. */
  readonly platform: string | undefined;
  /** The app's own name for what it was doing (`chat`, `extract`); defaults to `operation`. */
  readonly endpoint: string;
  /** The provider's API method: `generateContent`, `embedContent`. */
  readonly operation: string;
  readonly requestedModel: string | undefined;
  /** The model that answered, else the requested one. */
  readonly model: string | undefined;
  /** The provider's name of what outlives the call: `batches/123`, `cachedContents/abc`. */
  readonly resourceName: string | undefined;
  readonly tokens: TokenCounts | undefined;
  readonly usageStatus: UsageStatus;
  /** The tier that was served, as the provider spells it, lower-cased: `standard`, `flex`. */
  readonly serviceTier: string | undefined;
  readonly brand: string;
  readonly campaign: string | undefined;
  readonly user: string | undefined;
  /** Tells API keys apart without giving one away; `undefined` unless the app asked for it. */
  readonly keyFingerprint: string | undefined;
  readonly status: Status;
  /** Low cardinality: `429`, `RESOURCE_EXHAUSTED`, `AbortError`. Set unless `status` is `success`. */
  readonly errorType: string | undefined;
  /** Shortened and scrubbed of keys. */
  readonly errorMessage: string | undefined;
  readonly httpStatusCode: number | undefined;
  readonly streaming: boolean;
  /** 1 for a first try. */
  readonly attempt: number;
  /** Milliseconds since the Unix epoch. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** Until the first byte of a streamed answer; `undefined` for others. */
  readonly timeToFirstChunkMs: number | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
}
