/** The truth, call by call: what tests compare with. */
import type { SimulatedTokens } from "./billing.ts";
import type { Operation, Platform } from "./route.ts";

export interface SimulatedCall {
  /** 1 for the first request that arrived since the start or the last `reset()`. */
  readonly sequence: number;
  readonly method: string;
  /** Without the query, which may hold a key. */
  readonly path: string;
  /** `undefined` when the URL is none of Google's. */
  readonly operation: Operation | (string & {}) | undefined;
  readonly platform: Platform | undefined;
  /** With its behaviour, as it was asked for: `gemini-2.5-flash-sim-cut`. */
  readonly requestedModel: string | undefined;
  /** The model that answered and is billed; `undefined` when none did. */
  readonly servedModel: string | undefined;
  /** `full-bytewise3`; `ok` for an ordinary model. */
  readonly behaviour: string;
  /** The `xyz` of `[[call:xyz]]` in the prompt. */
  readonly marker: string | undefined;
  /** `undefined` when the client saw none: the connection ended before the headers. */
  readonly httpStatus: number | undefined;
  /** Would the provider charge for it? */
  readonly billed: boolean;
  /** What was generated and is billed, told or not; `undefined` when nothing was. */
  readonly tokens: SimulatedTokens | undefined;
  /** Exact decimal text; `undefined` when not billed, or when the price table has no price. */
  readonly costUsd: string | undefined;
  /** Names only, in lower case: header values may be keys. */
  readonly requestHeaders: readonly string[];
  readonly requestSha256: string;
  /** The client left before it had the whole answer. */
  readonly aborted: boolean;
}

interface Waiter {
  readonly isDone: () => boolean;
  readonly resolve: () => void;
}

export class CallLog {
  readonly #calls: SimulatedCall[] = [];
  readonly #seen = new Set<string>();
  #arrivals = 0;
  #totalPicodollars = 0n;
  #waiters: readonly Waiter[] = [];

  /** In the order in which they ended. */
  get calls(): readonly SimulatedCall[] {
    return this.#calls;
  }

  /** The sum of all known costs. */
  get totalPicodollars(): bigint {
    return this.#totalPicodollars;
  }

  /** Takes a request in and returns its sequence. */
  arrive(): number {
    this.#arrivals += 1;
    this.#wake();
    return this.#arrivals;
  }

  settle(call: SimulatedCall, picodollars: bigint | undefined): void {
    this.#calls.push(call);
    this.#totalPicodollars += picodollars ?? 0n;
    this.#wake();
  }

  /** True the first time that it is asked about `key`. */
  isFirst(key: string): boolean {
    const isFirst = !this.#seen.has(key);
    this.#seen.add(key);
    return isFirst;
  }

  waitForCalls(count: number): Promise<void> {
    return this.#wait(() => this.#calls.length >= count);
  }

  waitForArrivals(count: number): Promise<void> {
    return this.#wait(() => this.#arrivals >= count);
  }

  #wait(isDone: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters = [...this.#waiters, { isDone, resolve }];
    this.#wake();
    return promise;
  }

  #wake(): void {
    const done = this.#waiters.filter((waiter) => waiter.isDone());
    this.#waiters = this.#waiters.filter((waiter) => !done.includes(waiter));
    for (const waiter of done) waiter.resolve();
  }
}
