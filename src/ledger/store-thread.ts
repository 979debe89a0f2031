/**
 * A thread that writes rows to Postgres, as the app's own thread sees it. docs/decisions/0018 says
 * what that gains and costs.
 *
 * There may be none: a bundle has lost the thread's program, Node's permissions may forbid it. Then
 * all is answered with "not done", and the caller does it.
 */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";

import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { untraced } from "../base/untraced.ts";
import type { Refusal } from "./dead-letter.ts";

/** What the thread is given at its start. */
export interface StoreThreadSetting {
  readonly databaseUrl: string;
  readonly autoMigrate: boolean;
}

export interface StoreTask {
  readonly id: number;
  /** Lines of row-line.ts; none only to connect. */
  readonly lines: readonly string[];
}

export type StoreMessage =
  /** All rows of the task are stored; or none, and why. */
  | { readonly kind: "done"; readonly id: number }
  | { readonly kind: "failed"; readonly id: number; readonly error: StoreError }
  | { readonly kind: "info" | "warn"; readonly message: string };

/** What is needed of an error: most of it would not survive the way between threads. */
interface StoreError extends Refusal {
  readonly message: string;
}

type Answer = Extract<StoreMessage, { readonly id: number }>;

/** Batches are short-lived: room for more garbage before it is collected costs 10 MB, and gains nothing. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 4 };

export class StoreThread {
  readonly databaseUrl: string;
  readonly #logger: Logger;
  readonly #waiting = new Map<number, (answer: Answer | undefined) => void>();
  /** Undefined once it has ended, or is to end. */
  #worker: Worker | undefined;
  #tasks = 0;
  #hasAnswered = false;
  /** Why it ended, if that was said. */
  #error: unknown = "it has ended";

  constructor(setting: StoreThreadSetting, logger: Logger) {
    this.databaseUrl = setting.databaseUrl;
    this.#logger = logger;
    try {
      this.#worker = untraced(() => this.#start(setting));
    } catch (error) {
      this.#explain(error);
    }
  }

  /**
   * Resolves to whether the rows are stored: false when there is no thread, or it ended meanwhile.
   *
   * @throws Error with the message and `code` of what the database, or the way to it, had against it.
   */
  async insert(lines: readonly string[]): Promise<boolean> {
    const answer = await this.#ask(lines);
    if (answer?.kind !== "failed") return answer !== undefined;
    const { message, ...details } = answer.error;
    throw Object.assign(new Error(message), details);
  }

  /** Ends it, whatever it is doing. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #start(workerData: StoreThreadSetting): Worker {
    // Neither `--import` nor `--require`: what the app loads first is for the app's own threads.
    const { NODE_OPTIONS: _, ...env } = process.env;
    const program = programOf(import.meta.url);
    if (program === null) throw new Error("a bundle has lost its program");
    const options = { name: "spendspan", execArgv: [], env, resourceLimits: RESOURCE_LIMITS };
    const worker = new Worker(program, { ...options, workerData });
    worker.on("message", (message: StoreMessage) => this.#onMessage(message));
    worker.on("error", (error) => (this.#error = error));
    worker.on("exit", () => this.#onEnd());
    // It never keeps the app alive: who waits for rows (a flush) or for the start sees to that.
    worker.unref();
    return worker;
  }

  async #ask(lines: readonly string[]): Promise<Answer | undefined> {
    if (this.#worker === undefined) return undefined;
    const id = ++this.#tasks;
    const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
    this.#waiting.set(id, resolve);
    this.#worker.postMessage({ id, lines } satisfies StoreTask);
    return promise;
  }

  #onMessage(message: StoreMessage): void {
    if (!("id" in message)) return this.#logger[message.kind](message.message);
    this.#hasAnswered = true;
    this.#waiting.get(message.id)?.(message);
    this.#waiting.delete(message.id);
  }

  #onEnd(): void {
    if (this.#worker !== undefined) this.#explain(this.#error);
    this.#worker = undefined;
    for (const resolve of this.#waiting.values()) resolve(undefined);
    this.#waiting.clear();
  }

  #explain(error: unknown): void {
    const outcome = "the app's own thread writes the ledger";
    if (!this.#hasAnswered) {
      return this.#logger.info(`There is no thread for it, so ${outcome}: ${messageOf(error)}`);
    }
    this.#logger.warn(`The ledger's thread has failed, so ${outcome}`, error);
  }
}

/**
 * Beside this module, as TypeScript in the repository. A bundle may have no file of that name; and no
 * URL of its own, as esbuild makes CommonJS.
 */
function programOf(module: string | undefined): URL | null {
  return URL.parse(`./store-worker${extname(module ?? "")}`, module);
}
