/**
 * One metered call, from open span to delivered record.
 *
 * A call is settled once, by whichever end comes first; all later reports about it change nothing.
 */
import type { Clock } from "../base/clock.ts";
import type { Operation, ResponseFacts } from "../providers/operation.ts";
import type { CallSpan } from "../telemetry/span.ts";
import { Delivery } from "../usage/delivery.ts";
import type { UsageRecord, UsageStatus } from "../usage/record.ts";
import type { Recorder } from "../usage/recorder.ts";
import { scrubbed } from "../base/error-text.ts";
import { type Tags, UNATTRIBUTED } from "../usage/tags.ts";
import { type BodyScanner, JsonBodyScanner } from "./body-scanner.ts";
import { EventStreamScanner } from "./event-stream.ts";
import { type AbortWatch, type Failure, failureOf } from "./failure.ts";
import { type BodyEnd, type BodyOwner, Reading } from "./reading.ts";
import { observeResponse, type ResponseParts } from "./response.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

export interface CallParts {
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly response: ResponseParts;
  /** Told of an error of the meter's own. */
  readonly fault: (error: unknown) => void;
}

export interface CallStart {
  readonly id: string;
  readonly operation: Operation;
  readonly tags: Tags;
  readonly span: CallSpan;
  readonly abort: AbortWatch | undefined;
  /** Told when the call is settled. */
  readonly onSettled: (call: Call) => void;
}

export class Call implements BodyOwner {
  readonly #start: CallStart;
  readonly #parts: CallParts;
  readonly #startedAtMs: number;
  readonly #startedMonotonicMs: number;
  /** Of the answer only this is kept: a response that the app forgot must be free to be collected. */
  #answer: { readonly status: number; readonly contentType: string } | undefined;
  #reading: Reading | undefined;
  #firstChunkMs: number | undefined;
  #settled = false;

  constructor(start: CallStart, parts: CallParts) {
    this.#start = start;
    this.#parts = parts;
    this.#startedAtMs = parts.clock.now();
    this.#startedMonotonicMs = parts.clock.monotonicMs();
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Sends the request inside the span. What the app gets is what `send` gives. */
  async run(send: () => Promise<Response>): Promise<Response> {
    try {
      const response = await this.#start.span.run(send);
      this.#answered(response);
      return response;
    } catch (error) {
      this.#settle({ failure: failureOf(error, this.#start.abort) });
      throw error;
    }
  }

  /** The process ends while the call is under way. */
  interrupt(): void {
    try {
      this.#settle({ interrupted: true, payloads: this.#reading?.seen() });
    } catch (error) {
      this.fault(error);
    }
  }

  newScanner(): BodyScanner {
    const contentType = this.#answer?.contentType ?? "";
    const { members } = this.#start.operation;
    return contentType.includes("event-stream")
      ? new EventStreamScanner(members)
      : new JsonBodyScanner(members);
  }

  firstChunk(): void {
    this.#firstChunkMs ??= this.#elapsedMs();
  }

  bodyEnded({ kind, payloads, appLeft, error }: BodyEnd): void {
    const failure = kind === "failed" ? failureOf(error, this.#start.abort) : undefined;
    this.#settle({ payloads, failure, appLeft, bodyComplete: kind === "complete" });
  }

  fault(error: unknown): void {
    this.#parts.fault(error);
  }

  #answered(response: Response): void {
    const { billed, members } = this.#start.operation;
    const readsBody = billed && members.sparse.length + members.common.length > 0;
    try {
      const contentType = response.headers.get("content-type") ?? "";
      this.#answer = { status: response.status, contentType };
      if (readsBody && response.body !== null) {
        this.#reading = new Reading(this);
        observeResponse(response, this.#reading, this.#parts.response);
      } else this.#settle({ bodyComplete: true });
    } catch (error) {
      this.fault(error);
      this.#settle({ bodyComplete: true }); // an answer that can't be watched: its usage is unknown
    }
  }

  #settle(end: Ending): void {
    if (this.#settled) return;
    this.#settled = true;
    const { abort, operation, span, onSettled } = this.#start;
    abort?.stop();
    onSettled(this);
    try {
      const facts = factsIn(operation, end.payloads ?? []);
      const verdict = verdictOf(
        { ...NO_END, ...end, httpStatusCode: this.#answer?.status },
        facts,
        operation.streaming,
      );
      const delivery = operation.billed
        ? new Delivery(this.#record(facts, verdict, end), this.#parts.recorder)
        : undefined;
      const { responseId, finishReasons } = facts;
      const failed = verdict.status === "error" || verdict.status === "timeout";
      const errorType = failed ? verdict.errorType : undefined;
      span.end(delivery, { responseId, finishReasons, errorType });
    } catch (error) {
      this.fault(error);
    }
  }

  #record(facts: ResponseFacts, verdict: Verdict, end: Ending): UsageRecord {
    const { id, operation, tags, span } = this.#start;
    const httpStatusCode = this.#answer?.status;
    const { status, errorType, complete } = verdict;
    const startedAtMs = this.#startedAtMs;
    const neverSent = end.failure?.neverSent ?? false;
    return {
      id,
      provider: operation.provider,
      platform: operation.platform,
      endpoint: tags.endpoint ?? operation.name,
      operation: operation.name,
      requestedModel: operation.requestedModel,
      model: facts.model ?? operation.requestedModel,
      tokens: facts.tokens,
      usageStatus: usageStatusOf(facts, verdict),
      ...operation.price({ facts, httpStatusCode, neverSent, complete, startedAtMs }),
      serviceTier: facts.serviceTier,
      brand: tags.brand ?? UNATTRIBUTED,
      campaign: tags.campaign,
      user: tags.user,
      status,
      errorType,
      errorMessage: verdict.errorMessage === undefined ? undefined : scrubbed(verdict.errorMessage),
      httpStatusCode,
      streaming: operation.streaming,
      attempt: 1,
      startedAtMs,
      durationMs: this.#elapsedMs(),
      timeToFirstChunkMs: operation.streaming ? this.#firstChunkMs : undefined,
      traceId: span.traceId,
      spanId: span.spanId,
    };
  }

  #elapsedMs(): number {
    return this.#parts.clock.monotonicMs() - this.#startedMonotonicMs;
  }
}

interface Ending {
  readonly payloads?: readonly unknown[] | undefined;
  readonly failure?: Failure | undefined;
  readonly appLeft?: boolean;
  readonly bodyComplete?: boolean;
  readonly interrupted?: boolean;
}

const NO_END = { failure: undefined, appLeft: false, bodyComplete: false, interrupted: false };

function factsIn(operation: Operation, payloads: readonly unknown[]): ResponseFacts {
  let facts: ResponseFacts = {};
  for (const payload of payloads) facts = { ...facts, ...operation.read(payload) };
  return facts;
}

function usageStatusOf(facts: ResponseFacts, verdict: Verdict): UsageStatus {
  if (facts.tokens === undefined) return "missing";
  if (!verdict.complete) return "partial";
  return facts.tokensMismatch === true ? "mismatch" : "final";
}
