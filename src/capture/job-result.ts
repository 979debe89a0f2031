/** The record of one result of a job, made out to whoever handed the job in. */
import { v5 } from "uuid";

import { scrubbed } from "../base/error-text.ts";
import type { Operation, ResourceResult, ResponseFacts } from "../providers/operation.ts";
import type { UsageRecord } from "../usage/record.ts";
import type { ResourceEntry } from "../usage/resource-entry.ts";
import { usageStatusOf, verdictOf } from "./verdict.ts";

/** Of our own making; results that were recorded under it would be recorded again under another. */
const NAMESPACE = "6f0d3f0c-9b0e-4b43-9d0a-6d1b3c1f2a57";

/** A result lies there whole: what it says is the last word. */
const FETCHED = {
  httpStatusCode: 200,
  failure: undefined,
  appLeft: false,
  bodyComplete: true,
  interrupted: false,
} as const;

/** A look at a job whose results are there. */
export interface Fetch {
  /** The record of the call that fetched them, which is not billed itself. */
  readonly record: UsageRecord;
  readonly resourceName: string;
  /** When the job was handed in, where the answer says so; in ms since the Unix epoch. */
  readonly createdAtMs?: number;
  readonly operation: Operation;
}

/**
 * The same result has the same id at each look. It is dated back to when the job was handed in, whose
 * prices hold.
 *
 * @param submission What is known of it; if nothing, who fetched the result pays for it.
 */
export function resultRecord(
  { record, resourceName, createdAtMs, operation }: Fetch,
  result: ResourceResult,
  submission: ResourceEntry | undefined,
): UsageRecord {
  const facts = factsOf(result, submission);
  const verdict = verdictOf(FETCHED, facts, false);
  const usageStatus = usageStatusOf(facts, verdict);
  const startedAtMs = createdAtMs ?? submission?.startedAtMs ?? record.startedAtMs;
  const outcome = { facts, httpStatusCode: 200, neverSent: false, usageStatus, startedAtMs };
  return {
    ...record,
    ...attributionOf(submission ?? record),
    id: v5(`${resourceName}\n${result.key}`, NAMESPACE),
    entry: "call",
    model: facts.model,
    resourceName,
    tokens: facts.tokens,
    usageStatus,
    ...operation.price(outcome),
    serviceTier: facts.serviceTier,
    status: verdict.status,
    errorType: verdict.errorType,
    errorMessage: verdict.errorMessage === undefined ? undefined : scrubbed(verdict.errorMessage),
    httpStatusCode: 200,
    streaming: false,
    attempt: 1,
    startedAtMs,
    durationMs: 0,
    timeToFirstChunkMs: undefined,
  };
}

function factsOf(
  { facts, asSubmitted }: ResourceResult,
  submission: ResourceEntry | undefined,
): ResponseFacts {
  const model = facts.model ?? submission?.model ?? submission?.requestedModel;
  return {
    ...facts,
    ...(model !== undefined && { model }),
    ...(asSubmitted === true && submission !== undefined && { items: submission.items }),
  };
}

function attributionOf(entry: ResourceEntry) {
  const { endpoint, operation, requestedModel, brand, campaign, user } = entry;
  const { keyFingerprint, traceId, spanId } = entry;
  return {
    endpoint,
    operation,
    requestedModel,
    brand,
    campaign,
    user,
    keyFingerprint,
    traceId,
    spanId,
  };
}
