/**
 * The hop that is metered: `fetch`.
 *
 * Both Gemini SDKs look the global up at call time, so wrapping it sees every billed request in
 * every packaging and import order, where patching SDK methods sees neither hops nor bundles.
 */
import { AsyncLocalStorage } from "node:async_hooks";

import { messageOf, SpendspanError } from "../base/errors.ts";
import { processWide } from "../base/process-wide.ts";
import type { Meter } from "./meter.ts";
import type { FetchInit, FetchInput } from "./outgoing-request.ts";

export type Fetch = typeof globalThis.fetch;
/** The meter in force, or undefined when there is none: requests then pass through. */
export type CurrentMeter = () => Meter | undefined;

/** The URL of the request that is being sent. */
const requestUnderWay: () => AsyncLocalStorage<string> = processWide(
  "requestUnderWay",
  () => new AsyncLocalStorage(),
);

/** `fetch`, metered. What it returns and throws is what `fetch` returns and throws. */
export function meteredFetch(fetch: Fetch, currentMeter: CurrentMeter): Fetch {
  const metered = function (this: unknown, ...args: Parameters<Fetch>): ReturnType<Fetch> {
    const send = (): ReturnType<Fetch> => Reflect.apply(fetch, this, args);
    const meter = currentMeter();
    const url = urlOf(args[0]);
    // Two wrappers may sit above one another (`meterFetch` over the global): the outer one counts.
    if (meter === undefined || url === undefined || requestUnderWay().getStore() === url)
      return send();
    const call = opened(meter, url, args);
    if (call === undefined) return send();
    if (call instanceof SpendspanError) return Promise.reject(call);
    return call.run(() => requestUnderWay().run(url, send));
  };
  return Object.defineProperties(metered, {
    name: { value: fetch.name, configurable: true },
    length: { value: fetch.length, configurable: true },
  });
}

/** Puts a metered `fetch` in the place of the global one. Returns what takes it back. */
export function installMeteredFetch(currentMeter: CurrentMeter): () => void {
  const before = globalThis.fetch;
  const metered = meteredFetch(before, currentMeter);
  globalThis.fetch = metered;
  return () => {
    // Somebody may have wrapped ours since; then it stays in the chain, and passes all through.
    if (globalThis.fetch === metered) globalThis.fetch = before;
  };
}

function opened(meter: Meter, url: string, [input, init]: [FetchInput, FetchInit?]) {
  try {
    return meter.open(url, input, init);
  } catch (error) {
    if (error instanceof SpendspanError) return error;
    process.emitWarning(`A request could not be metered: ${messageOf(error)}`, {
      type: "SpendspanWarning",
    });
    return undefined;
  }
}

function urlOf(input: FetchInput): string | undefined {
  if (typeof input === "string") return input;
  if (input instanceof URL) return input.href;
  return input instanceof Request ? input.url : undefined;
}
