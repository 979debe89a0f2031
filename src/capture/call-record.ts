/** The record of a call that is over, however it was carried: by HTTP, or as a turn of a session. */
import { scrubbed } from "../base/error-text.ts";
import type { Operation, ResponseFacts } from "../providers/operation.ts";
import type { CallSpan } from "../telemetry/span.ts";
import type { UsageRecord } from "../usage/record.ts";
import { type Tags, UNATTRIBUTED } from "../usage/tags.ts";
import { usageStatusOf, type Verdict } from "./verdict.ts";

export interface FinishedCall {
  readonly id: string;
  readonly operation: Operation;
  readonly tags: Tags;
  readonly span: CallSpan;
  /** 1 for a first try. */
  readonly attempt: number;
  readonly keyFingerprint: string | undefined;
  readonly facts: ResponseFacts;
  readonly verdict: Verdict;
  readonly httpStatusCode: number | undefined;
  /** True when it surely never reached the model. */
  readonly neverSent: boolean;
  readonly streaming: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly timeToFirstChunkMs: number | undefined;
}

export function recordOfCall(call: FinishedCall): UsageRecord {
  const { operation, tags, span, facts, verdict, httpStatusCode, neverSent, startedAtMs } = call;
  const { status, errorType, errorMessage } = verdict;
  const usageStatus = usageStatusOf(facts, verdict);
  return {
    id: call.id,
    entry: facts.resource?.event === "submitted" ? "job" : "call",
    provider: operation.provider,
    platform: operation.platform,
    endpoint: tags.endpoint ?? operation.name,
    operation: operation.name,
    requestedModel: operation.requestedModel,
    model: facts.model ?? operation.requestedModel,
    resourceName: facts.resource?.name,
    tokens: facts.tokens,
    usageStatus,
    ...operation.price({ facts, httpStatusCode, neverSent, usageStatus, startedAtMs }),
    serviceTier: facts.serviceTier,
    brand: tags.brand ?? UNATTRIBUTED,
    campaign: tags.campaign,
    user: tags.user,
    keyFingerprint: call.keyFingerprint,
    status,
    errorType,
    errorMessage: errorMessage === undefined ? undefined : scrubbed(errorMessage),
    httpStatusCode,
    streaming: call.streaming,
    attempt: call.attempt,
    startedAtMs,
    durationMs: call.durationMs,
    timeToFirstChunkMs: call.timeToFirstChunkMs,
    traceId: span.traceId,
    spanId: span.spanId,
  };
}
