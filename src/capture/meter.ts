/** Recognises requests, opens calls for them, and knows which are under way. */
import { setImmediate as nextTurn } from "node:timers/promises";

import { SpendspanError } from "../base/errors.ts";
import type { Operation } from "../providers/operation.ts";
import { startCallSpan } from "../telemetry/span.ts";
import { currentTags, type Tags, UNATTRIBUTED } from "../usage/tags.ts";
import { Attempts } from "./attempts.ts";
import { Call, type CallParts } from "./call.ts";
import { AbortWatch } from "./failure.ts";
import { KeyFingerprints } from "./key-fingerprint.ts";
import { LiveMeter, type LiveMeterOptions } from "./live/live-meter.ts";
import { type FetchInit, type FetchInput, OutgoingRequest } from "./outgoing-request.ts";
import type { ReadAheadLimits } from "./read-ahead.ts";
import type { Resources } from "./resources.ts";
import { UnattendedBodies } from "./unattended.ts";

/** Of requests, `strictBrand` refuses those that are billed and have no brand. */
export interface MeterOptions extends LiveMeterOptions {
  /** How long a body may lie unread before the meter reads it on, in milliseconds. */
  readonly unattendedGraceMs: number;
  readonly readAhead: ReadAheadLimits;
  /** Told of what outlives a call. */
  readonly resources: Resources;
}

export class Meter {
  /** For sessions over WebSockets, which are seen in another place than requests. */
  readonly live: LiveMeter;
  readonly #options: MeterOptions;
  readonly #parts: CallParts;
  readonly #attempts: Attempts;
  readonly #keyFingerprints: KeyFingerprints | undefined;
  readonly #unattended: UnattendedBodies;
  readonly #underWay = new Set<Call>();

  constructor(options: MeterOptions) {
    const { clock, recorder, logger, readAhead, resources, unattendedGraceMs, fingerprintKey } =
      options;
    this.#options = options;
    this.live = new LiveMeter(options);
    this.#attempts = new Attempts(clock);
    if (fingerprintKey !== undefined) this.#keyFingerprints = new KeyFingerprints(fingerprintKey);
    this.#unattended = new UnattendedBodies({ clock, graceMs: unattendedGraceMs });
    this.#parts = {
      clock,
      recorder,
      resources,
      response: { clock, readAhead, unattended: this.#unattended },
      fault: (error) => logger.warn("The meter failed on a call, which was not affected", error),
    };
  }

  /**
   * A call for a request that is to be metered; undefined for all others, at the cost of a string
   * test.
   *
   * @throws SpendspanError `ERR_BRAND_REQUIRED` under `strictBrand`, when no brand is in force.
   */
  open(url: string, input: FetchInput, init: FetchInit): Call | undefined {
    const recognised = this.#recognised(url, input, init);
    if (recognised === undefined) return undefined;
    const { operation } = recognised;
    const tags = currentTags();
    if (this.#options.strictBrand && operation.billed && tags.brand === undefined) {
      throw new SpendspanError(
        "ERR_BRAND_REQUIRED",
        `Expected a brand around ${operation.name}: strictBrand is on, so wrap the call in withUsage({ brand }, …)`,
      );
    }
    return this.#call(recognised, tags);
  }

  /**
   * Settles what is under way, for a process that is about to end. Answers that nobody has read are
   * given one turn of the event loop, in which those that have arrived tell their usage.
   */
  async conclude(): Promise<void> {
    this.live.conclude();
    if (this.#underWay.size === 0) return;
    const unread = this.#unattended.takeAll();
    for (const body of unread) body.readAhead();
    await nextTurn();
    for (const body of unread) body.abandon();
    for (const call of this.#underWay) call.interrupt();
  }

  #recognised(url: string, input: FetchInput, init: FetchInit): Recognised | undefined {
    for (const provider of this.#options.providers) {
      if (!provider.mayMatch(url) || !URL.canParse(url)) continue;
      const request = new OutgoingRequest(url, input, init);
      const operation = provider.match(request);
      if (operation !== undefined) return { operation, request };
    }
    return undefined;
  }

  #call({ operation, request }: Recognised, tags: Tags): Call {
    this.#options.onOpening?.();
    const { signal } = request;
    const span = startCallSpan({
      genAiProvider: operation.genAiProvider,
      genAiOperation: operation.genAiOperation,
      provider: operation.provider,
      operation: operation.name,
      requestedModel: operation.requestedModel,
      streaming: operation.streaming,
      serverAddress: operation.serverAddress,
      serverPort: operation.serverPort,
      endpoint: tags.endpoint ?? operation.name,
      brand: tags.brand ?? UNATTRIBUTED,
      campaign: tags.campaign,
    });
    const call = new Call(
      {
        id: this.#options.newId(),
        operation,
        tags,
        span,
        attempt: this.#attempts.open(request, tags, span.parentTraceId),
        keyFingerprint: this.#keyFingerprints?.ofRequest(request),
        abort: signal === undefined ? undefined : new AbortWatch(signal),
        onSettled: (settled) => this.#underWay.delete(settled),
      },
      this.#parts,
    );
    this.#underWay.add(call);
    return call;
  }
}

interface Recognised {
  readonly operation: Operation;
  readonly request: OutgoingRequest;
}
