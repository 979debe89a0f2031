/**
 * API usage in the shape of the ledger's rows: what a person reads, and what an app may record by
 * hand for calls that nothing meters.
 */
import type { Clock } from "../base/clock.ts";
import { scrubbed } from "../base/error-text.ts";
import { messageOf } from "../base/errors.ts";
import { Fields } from "./fields.ts";
import type { ItemKind } from "./items.ts";
import type { Entry, PricedCost, PriceStatus, Status, UsageRecord, UsageStatus } from "./record.ts";
import { STATUSES } from "./record.ts";
import { checkedTags, currentTags, UNATTRIBUTED } from "./tags.ts";
import type { Tags } from "./tags.ts";
import type { TokenCounts } from "./tokens.ts";

// The second half keeps the known names in editors' suggestions.
export type APIProvider = "google_ai" | "openweathermap" | (string & {});
export type APIStatus = Status;

/** A row of `api_usage`. `null`: not known, or not applicable. */
export interface APIUsage {
  readonly id: string;
  /** What the row stands for; `adjustment`: a correction of the cost of row `adjusts_id`. */
  readonly entry: Entry | "adjustment";
  /** ISO 8601, UTC. */
  readonly created_at: string;
  readonly brand: string;
  readonly brand_id: string | null;
  readonly campaign: string | null;
  readonly campaign_id: string | null;
  readonly end_user: string | null;
  readonly user_id: string | null;
  readonly key_fingerprint: string | null;
  readonly api_provider: APIProvider;
  readonly platform: string | null;
  readonly api_endpoint: string;
  readonly operation: string;
  readonly requested_model: string | null;
  readonly model: string | null;
  /** The provider's name of what outlives the call: `batches/123`, `cachedContents/abc`. */
  readonly resource_name: string | null;
  readonly service_tier: string | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly total_tokens: number | null;
  readonly cached_input_tokens: number | null;
  readonly tool_use_tokens: number | null;
  readonly thinking_tokens: number | null;
  readonly token_modalities: {
    readonly [kind: string]: { readonly [modality: string]: number };
  } | null;
  readonly usage_status: UsageStatus;
  /** US dollars as exact decimal text. */
  readonly estimated_cost_usd: string | null;
  /** What was billed apart from tokens; part of the cost. */
  readonly line_items:
    | readonly {
        readonly item: ItemKind;
        readonly quantity: number;
        readonly variant?: string;
        readonly cost_usd: string | null;
      }[]
    | null;
  readonly price_status: PriceStatus;
  readonly price_version: string | null;
  readonly adjusts_id: string | null;
  /** Of an adjustment: the price status of the row that it corrects, before. */
  readonly prior_price_status: PriceStatus | null;
  readonly status: APIStatus;
  readonly error_type: string | null;
  readonly error_message: string | null;
  readonly http_status_code: number | null;
  readonly request_duration_ms: number | null;
  readonly time_to_first_chunk_ms: number | null;
  readonly streaming: boolean;
  readonly attempt: number;
  readonly trace_id: string | null;
  readonly span_id: string | null;
  readonly ingested_at: string;
}

/** A call to record by hand. Absent and `null` are the same; a field of another name is a fault. */
export interface APIUsageInsert {
  readonly api_provider: APIProvider;
  readonly api_endpoint: string;
  readonly model?: string | null | undefined;
  /** All that went in. With only one of the two given, the other is 0. */
  readonly input_tokens?: number | null | undefined;
  /** All that came out, thinking included. */
  readonly output_tokens?: number | null | undefined;
  /**
   * US dollars: decimal text, or a number, of which the shortest decimal is taken.
   * @defaultValue the list price of the tokens, where the model is known
   */
  readonly estimated_cost_usd?: string | number | null | undefined;
  /** @defaultValue the tag of the enclosing `withUsage`, else `unattributed` */
  readonly brand?: string | null | undefined;
  /** In place of `brand`: a UUID. Likewise `campaign_id` and `user_id`. */
  readonly brand_id?: string | null | undefined;
  readonly campaign?: string | null | undefined;
  readonly campaign_id?: string | null | undefined;
  readonly user?: string | null | undefined;
  readonly user_id?: string | null | undefined;
  readonly request_duration_ms?: number | null | undefined;
  /** @defaultValue `error` when there is an `error_message`, else `success` */
  readonly status?: APIStatus | null | undefined;
  readonly error_message?: string | null | undefined;
  /**
   * When the call started: ISO 8601 text or a `Date`.
   * @defaultValue `request_duration_ms` ago
   */
  readonly created_at?: string | { toISOString(): string } | null | undefined;
}

export interface RecordParts {
  readonly clock: Clock;
  /** Makes a UUIDv7. */
  readonly newId: () => string;
  /** The list price of `tokens` of `model` at `atMs`, in milliseconds since the Unix epoch. */
  readonly price: (model: string, tokens: TokenCounts, atMs: number) => PricedCost;
}

const UNPRICED: PricedCost = {
  cost: undefined,
  priceStatus: "unpriced",
  priceVersion: undefined,
  items: [],
};

/**
 * The record of a call that the app describes by hand.
 *
 * @throws SpendspanError `ERR_USAGE_INVALID`, naming every fault; a field that is not known is one.
 */
export function recordOf(insert: APIUsageInsert, parts: RecordParts): UsageRecord {
  const fields = new Fields(insert);
  const call = givenCall(fields, parts.clock);
  const tokens = givenTokens(fields);
  const given = givenTags(fields);
  const cost = fields.usd("estimated_cost_usd");
  fields.throwFaults();
  return {
    ...call,
    ...(cost === undefined
      ? listPrice(call.model, tokens, call.startedAtMs, parts)
      : { cost, priceStatus: "priced", priceVersion: undefined, items: [] }),
    id: parts.newId(),
    entry: "call",
    platform: undefined,
    resourceName: undefined,
    tokens,
    usageStatus: tokens === undefined ? "missing" : "final",
    serviceTier: undefined,
    brand: given.brand ?? UNATTRIBUTED,
    campaign: given.campaign,
    user: given.user,
    keyFingerprint: undefined,
    httpStatusCode: undefined,
    streaming: false,
    attempt: 1,
    timeToFirstChunkMs: undefined,
    traceId: undefined,
    spanId: undefined,
  };
}

type InsertFields = Fields<keyof APIUsageInsert>;

function givenCall(fields: InsertFields, clock: Clock) {
  const provider = fields.requiredText("api_provider");
  const endpoint = fields.requiredText("api_endpoint");
  const model = fields.text("model");
  const durationMs = fields.milliseconds("request_duration_ms") ?? 0;
  const startedAtMs = fields.timestamp("created_at") ?? Math.round(clock.now() - durationMs);
  const message = fields.longText("error_message");
  const errorMessage = message === undefined ? undefined : scrubbed(message);
  const status = fields.oneOf("status", STATUSES) ?? (message === undefined ? "success" : "error");
  const errorType = status === "success" ? undefined : status;
  return {
    provider,
    endpoint,
    operation: endpoint,
    requestedModel: model,
    model,
    startedAtMs,
    durationMs,
    status,
    errorType,
    errorMessage,
  };
}

function listPrice(
  model: string | undefined,
  tokens: TokenCounts | undefined,
  atMs: number,
  { price }: RecordParts,
): PricedCost {
  if (model === undefined || tokens === undefined) return UNPRICED;
  return price(model, tokens, atMs);
}

function givenTokens(fields: InsertFields): TokenCounts | undefined {
  const input = fields.count("input_tokens");
  const output = fields.count("output_tokens");
  if (input === undefined && output === undefined) return undefined;
  return { input: input ?? 0, cachedInput: 0, toolUse: 0, output: output ?? 0, thinking: 0 };
}

/** The tags in force here, under those given; a fault of theirs is one of the fields'. */
function givenTags(fields: InsertFields): Tags {
  const brand = tagOrId(fields, "brand", "brand_id");
  const campaign = tagOrId(fields, "campaign", "campaign_id");
  const user = tagOrId(fields, "user", "user_id");
  try {
    return { ...currentTags(), ...checkedTags({ brand, campaign, user }) };
  } catch (error) {
    fields.faults.push(messageOf(error).replace(/^ERR_TAG: /, ""));
    return {};
  }
}

function tagOrId(
  fields: InsertFields,
  tag: "brand" | "campaign" | "user",
  id: "brand_id" | "campaign_id" | "user_id",
): string | undefined {
  const text = fields.longText(tag);
  const uuid = fields.uuid(id);
  if (text !== undefined && uuid !== undefined && text !== uuid) {
    fields.faults.push(`Expected one of \`${tag}\` and \`${id}\`, got both`);
  }
  return text ?? uuid;
}
