/**
 * What a call says of itself on its span and in the conventions' metrics.
 *
 * Brand and campaign stand on the span; the user never does, nor any text of a prompt, an answer or
 * an error message. Each of these functions is pure, and leaves out what is not known.
 */
import type { Attributes } from "@opentelemetry/api";

import { toUsdNumber } from "../base/money.ts";
import type { UsageRecord } from "../usage/record.ts";
import { inputTokens, outputTokens } from "../usage/tokens.ts";
import * as names from "./names.ts";

/** What is known of a call before its request is sent. */
export interface CallSpanStart {
  /** `gcp.gemini`; `undefined` when the request is not to a generative model. */
  readonly genAiProvider: string | undefined;
  /** `generate_content`, `embeddings`; `undefined` as above. */
  readonly genAiOperation: string | undefined;
  /** `google_ai`, `openweathermap`. */
  readonly provider: string;
  /** The API method: `generateContent`. */
  readonly operation: string;
  readonly requestedModel: string | undefined;
  readonly streaming: boolean;
  readonly serverAddress: string;
  readonly serverPort: number | undefined;
  readonly endpoint: string;
  readonly brand: string;
  readonly campaign: string | undefined;
}

/** What the answer said that no usage record holds. */
export interface CallSpanDetail {
  readonly responseId?: string | undefined;
  readonly finishReasons?: readonly string[] | undefined;
  /** Why a call without a record failed; for others the record says it. */
  readonly errorType?: string | undefined;
}

/** `generate_content gemini-2.5-flash`; for a call to no model, `openweathermap weather`. */
export function spanName(start: CallSpanStart): string {
  const { genAiOperation, requestedModel } = start;
  if (genAiOperation === undefined) return `${start.provider} ${start.operation}`;
  return requestedModel === undefined ? genAiOperation : `${genAiOperation} ${requestedModel}`;
}

/** Attributes that a sampler may decide by, so they are given when the span is made. */
export function startAttributes(start: CallSpanStart): Attributes {
  const attributes = commonAttributes(start);
  if (start.genAiOperation !== undefined && start.streaming) {
    attributes[names.GEN_AI_REQUEST_STREAM] = true;
  }
  attributes[names.SPENDSPAN_PROVIDER] = start.provider;
  attributes[names.SPENDSPAN_ENDPOINT] = start.endpoint;
  attributes[names.SPENDSPAN_BRAND] = start.brand;
  if (start.campaign !== undefined) attributes[names.SPENDSPAN_CAMPAIGN] = start.campaign;
  return attributes;
}

/** Attributes known when the call has ended. */
export function endAttributes(
  record: UsageRecord | undefined,
  detail: CallSpanDetail = {},
): Attributes {
  const attributes: Attributes = {};
  if (detail.responseId !== undefined) attributes[names.GEN_AI_RESPONSE_ID] = detail.responseId;
  if (detail.finishReasons !== undefined && detail.finishReasons.length > 0) {
    attributes[names.GEN_AI_RESPONSE_FINISH_REASONS] = [...detail.finishReasons];
  }
  const failure = failureType(record, detail);
  if (failure !== undefined) attributes[names.ERROR_TYPE] = failure;
  if (record !== undefined) addRecord(attributes, record);
  return attributes;
}

/** Attributes of the conventions' metrics: bounded, hence without brand and campaign. */
export function clientMetricAttributes(start: CallSpanStart, record: UsageRecord): Attributes {
  const attributes = commonAttributes(start);
  const answeringModel = modelThatAnswered(record);
  if (answeringModel !== undefined) attributes[names.GEN_AI_RESPONSE_MODEL] = answeringModel;
  return attributes;
}

/**
 * `error.type` of a call that failed; `undefined` for one that did not. A call that the app itself
 * cancelled has not failed, nor has one that was answered with its content withheld.
 */
export function failureType(
  record: UsageRecord | undefined,
  detail: CallSpanDetail = {},
): string | undefined {
  if (record === undefined) return detail.errorType;
  if (record.status !== "error" && record.status !== "timeout") return undefined;
  return record.errorType ?? names.ERROR_TYPE_OTHER;
}

function commonAttributes(start: CallSpanStart): Attributes {
  const attributes: Attributes = {};
  if (start.genAiOperation !== undefined) {
    attributes[names.GEN_AI_OPERATION_NAME] = start.genAiOperation;
  }
  if (start.genAiProvider !== undefined) {
    attributes[names.GEN_AI_PROVIDER_NAME] = start.genAiProvider;
  }
  if (start.genAiOperation !== undefined && start.requestedModel !== undefined) {
    attributes[names.GEN_AI_REQUEST_MODEL] = start.requestedModel;
  }
  attributes[names.SERVER_ADDRESS] = start.serverAddress;
  if (start.serverPort !== undefined) attributes[names.SERVER_PORT] = start.serverPort;
  return attributes;
}

function addRecord(attributes: Attributes, record: UsageRecord): void {
  const answeringModel = modelThatAnswered(record);
  if (answeringModel !== undefined) attributes[names.GEN_AI_RESPONSE_MODEL] = answeringModel;
  if (record.tokens !== undefined) {
    const { cachedInput, thinking } = record.tokens;
    attributes[names.GEN_AI_USAGE_INPUT_TOKENS] = inputTokens(record.tokens);
    attributes[names.GEN_AI_USAGE_OUTPUT_TOKENS] = outputTokens(record.tokens);
    if (cachedInput > 0) attributes[names.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS] = cachedInput;
    if (thinking > 0) attributes[names.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS] = thinking;
  }
  if (record.timeToFirstChunkMs !== undefined) {
    attributes[names.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK] = record.timeToFirstChunkMs / 1_000;
  }
  if (record.httpStatusCode !== undefined) {
    attributes[names.HTTP_RESPONSE_STATUS_CODE] = record.httpStatusCode;
  }
  if (record.attempt > 1) attributes[names.HTTP_REQUEST_RESEND_COUNT] = record.attempt - 1;
  attributes[names.SPENDSPAN_STATUS] = record.status;
  attributes[names.SPENDSPAN_PRICE_STATUS] = record.priceStatus;
  if (record.cost !== undefined) attributes[names.SPENDSPAN_COST_USD] = toUsdNumber(record.cost);
}

/** A record's model is the requested one until the provider has answered with usage. */
function modelThatAnswered(record: UsageRecord): string | undefined {
  return record.usageStatus === "missing" ? undefined : record.model;
}
