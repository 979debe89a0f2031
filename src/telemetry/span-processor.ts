/**
 * UsageSpanProcessor: takes the usage record off an ending span and hands it to the recorder.
 *
 * It is written against no SDK, only to the shape that SDK 2.x and 3.x share, so one class serves both.
 */

/** Known to every copy of this package in a process: a bundler may make two. */
const DELIVERY = Symbol.for("spendspan.delivery.v1");

/** The part of a Delivery that the processor needs, whichever copy of this package made it. */
export interface Deliverable {
  deliver(): void;
}

/** Hangs a delivery on a span, for the processor to find when the span ends. */
export function attachDelivery(span: object, delivery: Deliverable): void {
  Reflect.set(span, DELIVERY, delivery);
}

/** List it in `spanProcessors` of your own NodeSDK when spendspan is not to start one. */
export class UsageSpanProcessor {
  readonly #flush: () => Promise<void>;

  /** @param flush Writes out what was delivered; the SDK asks for it on flush and on shutdown. */
  constructor(flush: () => Promise<void> = async () => {}) {
    this.#flush = flush;
  }

  onStart(): void {}

  onEnd(span: object): void {
    const delivery: unknown = Reflect.get(span, DELIVERY);
    if (isDeliverable(delivery)) delivery.deliver();
  }

  forceFlush(): Promise<void> {
    return this.#flush();
  }

  shutdown(): Promise<void> {
    return this.#flush();
  }
}

function isDeliverable(value: unknown): value is Deliverable {
  return (
    typeof value === "object" &&
    value !== null &&
    "deliver" in value &&
    typeof value.deliver === "function"
  );
}
