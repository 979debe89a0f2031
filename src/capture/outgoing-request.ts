/** A request on its way out, looked at without being touched: whatever form `fetch` was given it in. */
import type { ProviderRequest } from "../providers/operation.ts";

export type FetchInput = Parameters<typeof fetch>[0];
export type FetchInit = Parameters<typeof fetch>[1];
type HeadersGiven = ConstructorParameters<typeof Headers>[0];

export class OutgoingRequest implements ProviderRequest {
  readonly url: URL;
  readonly #input: FetchInput;
  readonly #init: FetchInit;
  #headers: Headers | undefined;

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
    this.#headers ??= headersIn(this.#init?.headers ?? this.#request?.headers);
    return this.#headers.get(name) ?? undefined;
  }

  /** Undefined where it can't be read without taking it from the app, as with a stream. */
  get body(): string | Uint8Array | undefined {
    const body = this.#init?.body;
    return typeof body === "string" || body instanceof Uint8Array ? body : undefined;
  }

  bodyText(): string | undefined {
    const { body } = this;
    return body instanceof Uint8Array ? Buffer.from(body).toString("utf8") : body;
  }

  get #request(): Request | undefined {
    return this.#input instanceof Request ? this.#input : undefined;
  }
}

function headersIn(given: HeadersGiven): Headers {
  return given instanceof Headers ? given : new Headers(given);
}
