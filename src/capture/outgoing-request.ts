/** A request on its way out, looked at without being touched: whatever form `fetch` was given it in. */
import type { ProviderRequest } from "../providers/operation.ts";

export type FetchInput = Parameters<typeof fetch>[0];
export type FetchInit = Parameters<typeof fetch>[1];

export class OutgoingRequest implements ProviderRequest {
  readonly url: URL;
  readonly #input: FetchInput;
  readonly #init: FetchInit;

  /** @throws TypeError when `url` is none. */
  constructor(url: string, input: FetchInput, init: FetchInit) {
    this.url = new URL(url);
    this.#input = input;
    this.#init = init;
  }

  get method(): string {
    return (this.#init?.method ?? this.#request?.method ?? "GET").toUpperCase();
  }

  get signal(): AbortSignal | undefined {
    return this.#init?.signal ?? this.#request?.signal;
  }

  header(name: string): string | undefined {
    const given = this.#init?.headers ?? this.#request?.headers;
    if (given === undefined) return undefined;
    const headers = given instanceof Headers ? given : new Headers(given);
    return headers.get(name) ?? undefined;
  }

  bodyText(): string | undefined {
    const body = this.#init?.body;
    if (typeof body === "string") return body;
    return body instanceof Uint8Array ? Buffer.from(body).toString("utf8") : undefined;
  }

  get #request(): Request | undefined {
    return this.#input instanceof Request ? this.#input : undefined;
  }
}
