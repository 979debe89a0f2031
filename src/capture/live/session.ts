/**
 * One session with a model, metered: each turn becomes a call of its own, with a span and a record.
 *
 * A turn begins with the first thing that the model made, for before that nobody can tell what a
 * user's silence belongs to; it ends with the usage that the server states. Nothing here throws: a
 * session on which the meter fails is left alone from then on.
 */
import { AsyncLocalStorage } from "node:async_hooks";

import type { Clock } from "../../base/clock.ts";
import type { Operation, Session } from "../../providers/operation.ts";
import type { CallSpanStart } from "../../semconv/attributes.ts";
import { type CallSpan, startCallSpan } from "../../telemetry/span.ts";
import { Delivery } from "../../usage/delivery.ts";
import type { UsageRecord } from "../../usage/record.ts";
import type { Recorder } from "../../usage/recorder.ts";
import { type Tags, UNATTRIBUTED } from "../../usage/tags.ts";
import { recordOfCall } from "../call-record.ts";
import { type Failure, failureOf } from "../failure.ts";
import { type CallEnd, verdictOf } from "../verdict.ts";

export interface SessionParts {
  readonly clock: Clock;
  readonly recorder: Recorder;
  /** Makes the UUIDv7 of a turn. */
  readonly newId: () => string;
  /** Told before a turn opens its span. */
  readonly onOpening: (() => void) | undefined;
  /** Told of an error of the meter's own. */
  readonly fault: (error: unknown) => void;
}

export interface SessionStart {
  readonly session: Session;
  /** Those in force where the app opened the session: they hold for all of its turns. */
  readonly tags: Tags;
  readonly keyFingerprint: string | undefined;
  /** Told when nothing more is to be seen of the session. */
  readonly onOver: (session: MeteredSession) => void;
}

const UPGRADED = 101;
/** Codes by which a server says that it fails, or that the client does; others end a session in order. */
const isFailure = (code: number): boolean => code >= 1002 && code <= 1015 && code !== 1005;
const NO_END: CallEnd = {
  httpStatusCode: undefined,
  failure: undefined,
  appLeft: false,
  bodyComplete: false,
  interrupted: false,
};
const INTERRUPTED = { httpStatusCode: UPGRADED, interrupted: true };
const NO_HEADER = () => undefined;

export class MeteredSession {
  readonly #start: SessionStart;
  readonly #parts: SessionParts;
  /** Where the app opened the session: spans of its turns belong to the trace there. */
  readonly #atOpening = AsyncLocalStorage.snapshot();
  readonly #openedAt: Moment;
  #operation: Operation;
  #turn: Turn | undefined;
  #isSetUp = false;
  #isAnswered = false;
  #isOver = false;

  constructor(start: SessionStart, parts: SessionParts) {
    this.#start = start;
    this.#parts = parts;
    this.#operation = start.session.operation;
    this.#openedAt = momentOf(parts.clock);
  }

  /** False while the client may still say which model it wants. */
  get isSetUp(): boolean {
    return this.#isSetUp;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** A message of the client's. Of interest is the first one only. */
  sent(message: string): void {
    this.#observe(() => {
      if (this.#isSetUp) return;
      this.#isSetUp = true;
      this.#operation = this.#start.session.setUp(message);
    });
  }

  /** A message of the server's. */
  received(message: string): void {
    this.#observe(() => {
      this.#isAnswered = true;
      const { generates, payload, endsTurn } = this.#start.session.read(message);
      if (generates || payload !== undefined) this.#turn ??= this.#beginTurn();
      if (payload !== undefined) this.#turn?.payloads.push(payload);
      if (endsTurn) this.#endTurn({ httpStatusCode: UPGRADED, bodyComplete: true });
    });
  }

  /** The server answered the handshake with another status than 101. */
  refused(httpStatusCode: number): void {
    this.#observe(() => {
      if (httpStatusCode >= 400) this.#recordOpening({ httpStatusCode });
      this.leave();
    });
  }

  /** The handshake came to nothing. */
  failed(error: unknown): void {
    this.#observe(() => {
      this.#recordRefusal(failureOf(error, undefined));
      this.leave();
    });
  }

  /** @param code That of the closing frame; 1006 where the server left without one. */
  closed(code: number, reason = ""): void {
    this.#observe(() => {
      const failure: Failure | undefined = isFailure(code)
        ? { status: "error", errorType: String(code), message: reason, neverSent: false }
        : undefined;
      if (this.#isAnswered) {
        this.#endTurn({ httpStatusCode: UPGRADED, failure, appLeft: failure === undefined });
      } else if (failure !== undefined) this.#recordRefusal(failure);
      this.leave();
    });
  }

  /** The process ends, or metering does. */
  interrupt(): void {
    this.#observe(() => {
      this.#endTurn(INTERRUPTED);
      this.leave();
    });
  }

  /** Nothing more is to be seen. */
  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#turn = undefined;
    this.#start.onOver(this);
  }

  /** The meter failed: it looks no further, and what it saw of a turn is all it will know. */
  fault(error: unknown): void {
    if (this.#isOver) return;
    this.#parts.fault(error);
    try {
      this.#endTurn(INTERRUPTED);
    } catch (another) {
      this.#parts.fault(another);
    }
    this.leave();
  }

  #observe(look: () => void): void {
    if (this.#isOver) return;
    try {
      look();
    } catch (error) {
      this.fault(error);
    }
  }

  /** What went wrong before the server said anything: no model was asked, so it is free. */
  #recordRefusal(failure: Failure): void {
    this.#recordOpening({ failure: { ...failure, neverSent: true } });
  }

  #recordOpening(end: Partial<CallEnd>): void {
    this.#record({ ...this.#newTurn(), startedAt: this.#openedAt }, end);
  }

  #endTurn(end: Partial<CallEnd>): void {
    const turn = this.#turn;
    this.#turn = undefined;
    if (turn !== undefined) this.#record(turn, end);
  }

  #beginTurn(): Turn {
    const turn = this.#newTurn();
    // What it stays if this process is killed.
    this.#parts.recorder.begin(this.#recordOf(turn, INTERRUPTED));
    return turn;
  }

  #newTurn(): Turn {
    const { newId, clock, onOpening } = this.#parts;
    onOpening?.();
    const span = this.#atOpening(() => startCallSpan(this.#spanStart()));
    return { id: newId(), startedAt: momentOf(clock), span, payloads: [] };
  }

  #spanStart(): CallSpanStart {
    const { tags } = this.#start;
    const { name, ...operation } = this.#operation;
    return {
      ...operation,
      operation: name,
      endpoint: tags.endpoint ?? name,
      brand: tags.brand ?? UNATTRIBUTED,
      campaign: tags.campaign,
    };
  }

  #record(turn: Turn, end: Partial<CallEnd>): void {
    turn.span.end(new Delivery(this.#recordOf(turn, end), this.#parts.recorder));
  }

  #recordOf({ id, span, startedAt, payloads }: Turn, ending: Partial<CallEnd>): UsageRecord {
    const { tags, keyFingerprint } = this.#start;
    const operation = this.#operation;
    const end = { ...NO_END, ...ending };
    const facts = operation.read({ payloads, header: NO_HEADER, complete: end.bodyComplete });
    // A turn that states its usage is whole: unlike other streams it has no finish reason.
    const verdict = verdictOf(end, facts, false);
    return recordOfCall({
      id,
      operation,
      tags,
      span,
      attempt: 1,
      keyFingerprint,
      facts,
      verdict,
      httpStatusCode: end.httpStatusCode,
      neverSent: end.failure?.neverSent ?? false,
      streaming: operation.streaming,
      startedAtMs: startedAt.atMs,
      durationMs: this.#parts.clock.monotonicMs() - startedAt.monotonicMs,
      timeToFirstChunkMs: undefined,
    });
  }
}

interface Turn {
  readonly id: string;
  readonly startedAt: Moment;
  readonly span: CallSpan;
  readonly payloads: unknown[];
}

interface Moment {
  readonly atMs: number;
  readonly monotonicMs: number;
}

function momentOf(clock: Clock): Moment {
  return { atMs: clock.now(), monotonicMs: clock.monotonicMs() };
}
