/** A part of the API that remembers: what was handed in to it is there to be fetched. */
import type { SimulatedCall } from "./call-log.ts";
import type { Arrival, Exchange } from "./exchange.ts";

/** What is known of a call before its end. */
export type CallFacts = Omit<SimulatedCall, "httpStatus" | "tokens" | "costUsd" | "aborted">;

export interface Service {
  /** Undefined when the request is none of this service's. */
  exchangeFor(arrival: Arrival, facts: CallFacts): Exchange | undefined;
}
