/** Where money could be saved, and how far it is known at all. */
import { COST, REQUESTS, TOKENS, UNPRICED_REQUESTS } from "../../src/metrics/catalogue.ts";
import type { Row } from "../board.ts";
import { CALL_COST_DECIMALS, CENTS, UNITS, UNPRICED_SHARE } from "../look.ts";
import { statPanel } from "../panel.ts";
import { increase, ratio } from "../promql.ts";
import { cachedSavings } from "./cached-savings.ts";

const NO_CALLS = "No calls";

function tokens(kinds: string): string {
  return increase(TOKENS, "", { where: `kind=~"${kinds}"` });
}

/** The metric of calls without a price knows models only, so what it is a share of is cut alike. */
const WITHOUT = ["provider", "endpoint", "brand", "status"];

export const EFFICIENCY: Row = {
  title: "What is the money spent on, and is all of it known?",
  panels: [
    statPanel({
      title: "Saved by caching, about",
      about:
        "Input tokens read from a cache in the time range, times what they would have cost more: at list prices of the standard tier for prompts of up to 200,000 tokens. Storage of explicit caches is not taken off.",
      of: [TOKENS],
      none: NO_CALLS,
      width: 5,
      unit: UNITS.money,
      decimals: CENTS,
      queries: [{ expr: cachedSavings() }],
    }),
    statPanel({
      title: "Input from cache",
      about: "Share of input tokens in the time range that were read from a cache.",
      of: [TOKENS],
      none: NO_CALLS,
      width: 5,
      unit: UNITS.share,
      decimals: 1,
      queries: [{ expr: ratio(tokens("cached_input"), tokens("input|cached_input|tool_use")) }],
    }),
    statPanel({
      title: "Output that is thinking",
      about:
        "Share of output tokens in the time range that the model thought and the reader never saw. They cost as much as others.",
      of: [TOKENS],
      none: NO_CALLS,
      width: 5,
      unit: UNITS.share,
      decimals: 1,
      queries: [{ expr: ratio(tokens("thinking"), tokens("output|thinking")) }],
    }),
    statPanel({
      title: "Calls without a price",
      about:
        "Share of calls in the time range whose cost is not known, and so in no sum. The filter of models applies, and no other. README says how to give a model a price.",
      of: [UNPRICED_REQUESTS, REQUESTS],
      none: NO_CALLS,
      width: 5,
      unit: UNITS.share,
      decimals: 2,
      steps: UNPRICED_SHARE,
      queries: [
        { expr: ratio(increase(UNPRICED_REQUESTS), increase(REQUESTS, "", { without: WITHOUT })) },
      ],
    }),
    statPanel({
      title: "Cost of a call",
      about: "Mean of calls in the time range.",
      of: [COST, REQUESTS],
      none: NO_CALLS,
      width: 4,
      unit: UNITS.money,
      decimals: CALL_COST_DECIMALS,
      queries: [{ expr: ratio(increase(COST), increase(REQUESTS)) }],
    }),
  ],
};
