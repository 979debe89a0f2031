/** Why a request came to nothing: told from what `fetch`, or the body, was rejected with. */
import { executionAsyncResource } from "node:async_hooks";

import { errorCodeOf, messageOf } from "../base/errors.ts";

export interface Failure {
  readonly status: "error" | "timeout" | "cancelled";
  /** Low cardinality: a code (`ECONNREFUSED`) or a name (`AbortError`). */
  readonly errorType: string;
  readonly message: string;
  /** True when the request surely never reached the provider, so that it can't be billed. */
  readonly neverSent: boolean;
}

/** Codes of connections that were never made: resolver, connect and TLS handshake. */
const NEVER_CONNECTED =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ERR_INVALID_URL|ERR_TLS_.*|CERT_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/;
const TIMED_OUT = /TIMEOUT|TIMEDOUT/;

export function failureOf(thrown: unknown, abort: AbortWatch | undefined): Failure {
  const name = thrown instanceof Error ? thrown.name : "Error";
  // A parser's message quotes the answer, which is the app's alone.
  const message = name === "SyntaxError" ? "The answer is not valid JSON" : messageOf(thrown);
  if (name === "TimeoutError" || name === "AbortError" || abort?.aborted === true) {
    const timedOut = name === "TimeoutError" || abort?.byTimer === true;
    return {
      status: timedOut ? "timeout" : "cancelled",
      errorType: timedOut ? "TimeoutError" : "AbortError",
      message,
      neverSent: abort?.beforeStart ?? false,
    };
  }
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  const code = errorCodeOf(cause) ?? errorCodeOf(thrown);
  return {
    status: code !== undefined && TIMED_OUT.test(code) ? "timeout" : "error",
    errorType: code ?? name,
    message: cause instanceof Error ? `${message}: ${cause.message}` : message,
    neverSent: code !== undefined && NEVER_CONNECTED.test(code),
  };
}

/**
 * Tells a timeout from a cancellation. Both SDKs turn their `timeout` option into a plain
 * `controller.abort()` in a timer, so the error is the same AbortError as for a user who left; but
 * `abort` listeners run inside the call of `abort()`, where Node knows whether a timer is running.
 */
export class AbortWatch {
  readonly beforeStart: boolean;
  readonly #signal: AbortSignal;
  #byTimer = false;
  readonly #onAbort = (): void => {
    this.#byTimer = executionAsyncResource().constructor.name === "Timeout";
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.beforeStart = signal.aborted;
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  get aborted(): boolean {
    return this.#signal.aborted;
  }

  get byTimer(): boolean {
    const reason: unknown = this.#signal.reason;
    return this.#byTimer || (reason instanceof Error && reason.name === "TimeoutError");
  }

  /** Lets go of the signal, which may outlive the call by far. */
  stop(): void {
    this.#signal.removeEventListener("abort", this.#onAbort);
  }
}
