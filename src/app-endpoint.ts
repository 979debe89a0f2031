/**
 * The port of an app, to which it must not matter whether there is one. Where it is taken, most often by the
 * process that this one replaces, it is tried again: a process that serves nothing is never scraped.
 */
import { untraced } from "./base/untraced.ts";
import { type EndpointOptions, type EndpointParts, openEndpoint } from "./endpoint.ts";
import type { HttpServer } from "./http/server.ts";

const TRY_AGAIN_MS = 10_000;
const OTHER_PORT = "choose another `port`, or for processes side by side a `portRange`";

export class AppEndpoint {
  readonly #parts: EndpointParts;
  readonly #options: EndpointOptions;
  #opening: Promise<void>;
  #server: HttpServer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: EndpointParts, options: EndpointOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#opening = this.#open((error) => parts.logger.warn("Nothing is served for now", error));
  }

  /** `http://127.0.0.1:9464`, once it listens. */
  get url(): string | undefined {
    return this.#server?.url;
  }

  /** Resolves after the first try, whatever came of it: what failed has been logged. */
  opened(): Promise<void> {
    return this.#opening;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#opening;
    await this.#server?.close();
  }

  async #open(onFailed: (error: unknown) => void): Promise<void> {
    try {
      this.#server = await openEndpoint(this.#parts, this.#options, OTHER_PORT);
    } catch (error) {
      onFailed(error);
      if (!this.#isClosed) this.#openLater();
    }
  }

  #openLater(): void {
    const again = (): void => {
      this.#opening = this.#open(() => undefined).then(() => {
        if (this.url !== undefined) this.#parts.logger.info(`Served at ${this.url} after all`);
      });
    };
    this.#timer = untraced(() => setTimeout(again, TRY_AGAIN_MS).unref());
  }
}
