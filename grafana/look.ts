/**
 * How all boards look: units, colours, thresholds, and what stands where there is no value.
 *
 * Colours are names of Grafana's palette, which reads in the light theme and in the dark one. Colour is
 * kept for what is good or bad; `text` is for figures that are neither.
 */
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";

/** Names of Grafana's units. Money is written out, since `currencyUSD` would make it `$1.13K`. */
export const UNITS = {
  money: "currency:financial:$",
  share: "percentunit",
  seconds: "s",
  bytes: "bytes",
  count: "locale",
  rate: "reqps",
  tokensPerSecond: "tokens/s",
  /** Takes milliseconds. */
  fromNow: "dateTimeFromNow",
  text: "string",
} as const;
export type Unit = (typeof UNITS)[keyof typeof UNITS];

/** Of money of a period or a brand; money of one call needs more, and rates as many as they need. */
export const CENTS = 2;
export const CALL_COST_DECIMALS = 6;

export const STATUS_COLOURS: Readonly<Record<string, string>> = {
  success: "green",
  error: "red",
  timeout: "orange",
  cancelled: "blue",
  blocked: "purple",
  unknown: "yellow",
};

/** A colour, and the value from which on it holds; the first holds from the lowest value on. */
export type Steps = readonly [string, ...(readonly [from: number, colour: string])[]];

const ABOVE_ZERO = 1e-9;
export const NEUTRAL: Steps = ["text"];
/** A bar that is neither good nor bad. */
export const BAR: Steps = ["blue"];
export const ANY_IS_BAD: Steps = ["green", [ABOVE_ZERO, "red"]];
export const BELOW_ZERO_IS_BAD: Steps = ["red", [0, "green"]];
export const ONE_IS_GOOD: Steps = ["red", [1, "green"]];
export const BUDGET_USED: Steps = ["green", [0.8, "orange"], [1, "red"]];
export const ERROR_SHARE: Steps = ["green", [0.01, "orange"], [0.05, "red"]];
export const UNPRICED_SHARE: Steps = ["green", [ABOVE_ZERO, "orange"], [0.01, "red"]];
export const DRIFT_SHARE: Steps = ["green", [0.01, "orange"], [0.05, "red"]];
export const LATENCY_SECONDS: Steps = ["green", [10, "orange"], [30, "red"]];
export const AGE_SECONDS: Steps = ["green", [120, "orange"], [300, "red"]];
export const SERIES: Steps = ["green", [4_000, "orange"], [5_000, "red"]];

export function thresholds([first, ...later]: Steps): dashboard.ThresholdsConfigBuilder {
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps([{ value: null, color: first }, ...later.map(([value, color]) => ({ value, color }))]);
}

/** Keeps spend of less than half a cent from being shown as none. */
export const SOME_MONEY: dashboard.ValueMapping = {
  type: dashboard.MappingType.RangeToText,
  options: { from: 1e-12, to: 0.004_999_999_999, result: { text: "under 1 ¢", index: 0 } },
};

/** What stands in an empty cell of a table that has others. Unknown is not 0. */
export const EMPTY_CELL = "–";
