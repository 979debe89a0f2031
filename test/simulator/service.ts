/** A part of the API that remembers: what was handed in to it is there to be fetched. */
import type { SimulatedCall } from "./call-log.ts";
import type { JsonObject } from "./draft.ts";
import { encodeFailure } from "./encoding.ts";
import type { Arrival, Exchange } from "./exchange.ts";
import type { Failure } from "./failure.ts";

/** What is known of a call before its end. */
export type CallFacts = Omit<SimulatedCall, "httpStatus" | "tokens" | "costUsd" | "aborted">;

export interface Service {
  /** Undefined when the request is none of this service's. */
  exchangeFor(arrival: Arrival, facts: CallFacts): Exchange | undefined;
}

/** An answer of status 200 that costs nothing, by the name of the method that it answers. */
export function answered(facts: CallFacts, operation: string, body: JsonObject): Exchange {
  const contentType = "application/json; charset=UTF-8";
  const text = `${JSON.stringify(body, null, 2)}\n`;
  return replied({ ...facts, operation }, { status: 200, contentType, text });
}

export function replied(facts: CallFacts, answer: Failure): Exchange {
  return { facts, reply: encodeFailure(answer), slow: false, usage: undefined };
}
