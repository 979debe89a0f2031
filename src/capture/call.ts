/**
 * One metered call, from open span to delivered record.
 *
 * A call is settled once, by whichever end comes first; all later reports about it change nothing.
 */
import type { Clock } from "../base/clock.ts";
import type { Answer, Operation, ResponseFacts } from "../providers/operation.ts";
import type { CallSpan } from "../telemetry/span.ts";
import { Delivery } from "../usage/delivery.ts";
import type { UsageRecord } from "../usage/record.ts";
import type { Recorder } from "../usage/recorder.ts";
import type { Tags } from "../usage/tags.ts";
import type { Attempt } from "./attempts.ts";
import { type BodyScanner, JsonBodyScanner } from "./body-scanner.ts";
import { recordOfCall } from "./call-record.ts";
import { EventStreamScanner } from "./event-stream.ts";
import { type AbortWatch, type Failure, failureOf } from "./failure.ts";
import { JsonLinesScanner } from "./json-lines.ts";
import { type BodyEnd, type BodyOwner, Reading } from "./reading.ts";
import type { Resources } from "./resources.ts";
import { observeResponse, type ResponseParts } from "./response.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

export interface CallParts {
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly resources: Resources;
  readonly response: ResponseParts;
  /** Told of an error of the meter's own. */
  readonly fault: (error: unknown) => void;
}

export interface CallStart {
  readonly id: string;
  readonly operation: Operation;
  readonly tags: Tags;
  readonly span: CallSpan;
  readonly attempt: Attempt;
  readonly keyFingerprint: string | undefined;
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
  #answer:
    | { readonly status: number; readonly headers: Headers; readonly isEventStream: boolean }
    | undefined;
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
    this.#announce();
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

  /** An error is told in one JSON, whatever the body would have been. */
  get readsLines(): boolean {
    return this.#start.operation.keptOfLine !== undefined && this.#succeeded();
  }

  newScanner(): BodyScanner {
    const { members, keptOfLine } = this.#start.operation;
    if (keptOfLine !== undefined && this.readsLines) {
      return new JsonLinesScanner(members, keptOfLine);
    }
    return this.#isEventStream() ? new EventStreamScanner(members) : new JsonBodyScanner(members);
  }

  firstChunk(): void {
    this.#firstChunkMs ??= this.#elapsedMs();
  }

  bodyEnded({ kind, payloads, appLeft, error }: BodyEnd): void {
    const failure = kind === "failed" ? failureOf(error, this.#start.abort) : undefined;
    this.#settle({ payloads, failure, appLeft, bodyComplete: kind === "complete" });
  }

  saidAll(payloads: readonly unknown[]): boolean {
    const { finishReasons } = this.#start.operation.read(this.#answerWith({ payloads }));
    return this.#isStream() && finishReasons !== undefined;
  }

  fault(error: unknown): void {
    this.#parts.fault(error);
  }

  /** Before the request leaves: what is known by now must outlive a process that dies meanwhile. */
  #announce(): void {
    if (!this.#start.operation.billed) return;
    try {
      const end = { ...NO_END, interrupted: true };
      const verdict = verdictOf({ ...end, httpStatusCode: undefined }, NO_FACTS, this.#isStream());
      this.#parts.recorder.begin(this.#record(NO_FACTS, verdict, end));
    } catch (error) {
      this.fault(error);
    }
  }

  #answered(response: Response): void {
    const { members } = this.#start.operation;
    const readsBody = members.sparse.length + members.common.length > 0;
    try {
      const { status, headers } = response;
      const isEventStream = headers.get("content-type")?.includes("event-stream") === true;
      this.#answer = { status, headers, isEventStream };
      this.#start.attempt.answered(response.status);
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
    const { abort, attempt, operation, span, onSettled } = this.#start;
    abort?.stop();
    onSettled(this);
    try {
      const facts = operation.read(this.#answerWith(end));
      const verdict = verdictOf(
        { ...NO_END, ...end, httpStatusCode: this.#answer?.status },
        facts,
        this.#isStream(),
      );
      const record = this.#record(facts, verdict, end);
      const delivery = operation.billed ? new Delivery(record, this.#parts.recorder) : undefined;
      const { responseId, finishReasons } = facts;
      const failed = verdict.status === "error" || verdict.status === "timeout";
      const errorType = failed ? verdict.errorType : undefined;
      attempt.ended(failed);
      span.end(delivery, { responseId, finishReasons, errorType });
      if (facts.resource !== undefined) {
        this.#parts.resources.settled(record, facts.resource, operation);
      }
    } catch (error) {
      this.fault(error);
    }
  }

  #record(facts: ResponseFacts, verdict: Verdict, end: Ending): UsageRecord {
    const { id, operation, tags, span, attempt, keyFingerprint } = this.#start;
    const streaming = this.#isStream();
    return recordOfCall({
      id,
      operation,
      tags,
      span,
      attempt: attempt.number,
      keyFingerprint,
      facts,
      verdict,
      httpStatusCode: this.#answer?.status,
      neverSent: end.failure?.neverSent ?? false,
      streaming,
      startedAtMs: this.#startedAtMs,
      durationMs: this.#elapsedMs(),
      timeToFirstChunkMs: streaming ? this.#firstChunkMs : undefined,
    });
  }

  #isStream(): boolean {
    return this.#start.operation.streaming || this.#isEventStream();
  }

  #isEventStream(): boolean {
    return this.#answer?.isEventStream === true;
  }

  #answerWith({ payloads = [], bodyComplete = false }: Ending): Answer {
    const complete = bodyComplete && this.#succeeded();
    return { payloads, header: (name) => this.#header(name), complete };
  }

  #succeeded(): boolean {
    return this.#answer !== undefined && this.#answer.status < 400;
  }

  #header(name: string): string | undefined {
    return this.#answer?.headers.get(name) ?? undefined;
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

const NO_FACTS: ResponseFacts = {};
const NO_END = { failure: undefined, appLeft: false, bodyComplete: false, interrupted: false };
