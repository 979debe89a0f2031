/** The time in which nothing can be written: said aloud when it begins and when it is over. */
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { failureKind, retryDelayMs } from "./failure.ts";

const MESSAGES = {
  connection: "The ledger cannot reach Postgres; its rows wait, and are tried again",
  setup: "The ledger's rows wait until somebody sees to its database, schema or rights",
} as const;

export class Outage {
  readonly #logger: Logger;
  readonly #random: () => number;
  #failures = 0;
  #lastError: string | undefined;
  #needsSomebody = false;

  constructor(logger: Logger, random: () => number) {
    this.#logger = logger;
    this.#random = random;
  }

  get lastError(): string | undefined {
    return this.#lastError;
  }

  /** True when time alone won't help: there is no database, no table, or no right to it. */
  get needsSomebody(): boolean {
    return this.#needsSomebody;
  }

  /** Notes a failure, and returns after how many milliseconds to try again. */
  failed(error: unknown): number {
    const kind = failureKind(error) === "setup" ? "setup" : "connection";
    this.#failures += 1;
    this.#lastError = messageOf(error);
    this.#needsSomebody = kind === "setup";
    this.#logger.warn(MESSAGES[kind], error);
    return retryDelayMs(kind, this.#failures, this.#random);
  }

  /** Starts over with short delays: somebody waits. */
  hurry(): void {
    this.#failures = 0;
    this.#needsSomebody = false;
  }

  over(): void {
    if (this.#lastError !== undefined) this.#logger.info("The ledger writes to Postgres again");
    this.hurry();
    this.#lastError = undefined;
  }
}
