/** The time in which nothing can be written: said aloud when it begins and when it is over. */
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { failureKind, retryDelayMs } from "./failure.ts";

const MESSAGES = {
  connection: "The ledger cannot reach Postgres; its rows wait, and are tried again",
  setup:
    "Postgres refuses the ledger's rows until somebody sees to its schema or rights; the rows wait",
} as const;

export class Outage {
  readonly #logger: Logger;
  readonly #random: () => number;
  #failures = 0;
  #lastError: string | undefined;

  constructor(logger: Logger, random: () => number) {
    this.#logger = logger;
    this.#random = random;
  }

  get lastError(): string | undefined {
    return this.#lastError;
  }

  /** Notes a failure, and returns after how many milliseconds to try again. */
  failed(error: unknown): number {
    const kind = failureKind(error) === "setup" ? "setup" : "connection";
    this.#failures += 1;
    this.#lastError = messageOf(error);
    this.#logger.warn(MESSAGES[kind], error);
    return retryDelayMs(kind, this.#failures, this.#random);
  }

  /** Starts over with short delays: somebody waits. */
  hurry(): void {
    this.#failures = 0;
  }

  over(): void {
    if (this.#lastError !== undefined) this.#logger.info("The ledger writes to Postgres again");
    this.#failures = 0;
    this.#lastError = undefined;
  }
}
