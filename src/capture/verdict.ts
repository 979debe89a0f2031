/** What a finished call amounts to: its status, and whether all of its usage is known. */
import type { ResponseFacts } from "../providers/operation.ts";
import type { Status, UsageStatus } from "../usage/record.ts";
import type { Failure } from "./failure.ts";

/** How a call came to its end, as far as HTTP tells. */
export interface CallEnd {
  /** `undefined` when no HTTP answer came. */
  readonly httpStatusCode: number | undefined;
  /** Why the request, or the reading of its answer, was rejected. */
  readonly failure: Failure | undefined;
  /** True when the app broke off; the answer may have been read on without it. */
  readonly appLeft: boolean;
  /** True when the body was read to its end. */
  readonly bodyComplete: boolean;
  /** True when the process ends with the call still under way. */
  readonly interrupted: boolean;
}

export interface Verdict {
  readonly status: Status;
  readonly errorType: string | undefined;
  readonly errorMessage: string | undefined;
  /** False when the usage in `facts` may not be the last. */
  readonly complete: boolean;
}

const TIMEOUT_CODES: ReadonlySet<number> = new Set([408, 504]);

export function verdictOf(end: CallEnd, facts: ResponseFacts, streaming: boolean): Verdict {
  const { status, errorType, errorMessage } = reasonOf(end, facts);
  return { status, errorType, errorMessage, complete: isComplete(end, facts, streaming) };
}

/** What is known of the usage in `facts`. */
export function usageStatusOf(facts: ResponseFacts, { complete }: Verdict): UsageStatus {
  if (facts.tokens === undefined && (facts.items ?? []).length === 0) return "missing";
  if (!complete || facts.error !== undefined) return "partial";
  if (facts.tokensMismatch === true) return "mismatch";
  return facts.hasUncountedItems === true ? "uncounted" : "final";
}

type Reason = Omit<Verdict, "complete">;

function reasonOf(end: CallEnd, facts: ResponseFacts): Reason {
  const { httpStatusCode, failure } = end;
  if (end.interrupted) return reason("unknown", "process_ended", undefined);
  if (httpStatusCode !== undefined && httpStatusCode >= 400) {
    const status = TIMEOUT_CODES.has(httpStatusCode) ? "timeout" : "error";
    return reason(status, facts.error?.type ?? String(httpStatusCode), facts.error?.message);
  }
  if (failure !== undefined) return reason(failure.status, failure.errorType, failure.message);
  if (facts.error !== undefined) return reason("error", facts.error.type, facts.error.message);
  if (end.appLeft || !end.bodyComplete) return reason("cancelled", "abandoned", undefined);
  if (facts.blockReason !== undefined) return reason("blocked", facts.blockReason, undefined);
  return reason("success", undefined, undefined);
}

function reason(
  status: Status,
  errorType: string | undefined,
  errorMessage: string | undefined,
): Reason {
  return { status, errorType, errorMessage };
}

/**
 * A stream that ends without a finish reason was cut by the server, though HTTP calls it complete.
 */
function isComplete(end: CallEnd, facts: ResponseFacts, streaming: boolean): boolean {
  if (!end.bodyComplete || end.failure !== undefined) return false;
  return !streaming || facts.finishReasons !== undefined || facts.blockReason !== undefined;
}
