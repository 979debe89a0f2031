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
  /** Shortened: 1.23 Mil. */
  large: "short",
  /** Takes milliseconds. */
  fromNow: "dateTimeFromNow",
  text: "string",
} as const;
export type Unit = (typeof UNITS)[keyof typeof UNITS];

/** Of money of a period or a brand; of what may be little, an hour or a call, in any case more. */
export const CENTS = 2;
export const HOUR_COST_DECIMALS = 4;
export const CALL_COST_DECIMALS = 6;

export const STATUS_COLOURS: Readonly<Record<string, string>> = {
  success: "green",
  error: "red",
  timeout: "orange",
  cancelled: "blue",
  blocked: "purple",
  unknown: "yellow",
};

/** Colours, each with the value from which on it holds. Below them all, or without any, it is `text`. */
export type Steps = readonly (readonly [from: number, colour: string])[];

const ABOVE_ZERO = 1e-9;
const LOWEST = -1e15;
const HALF_A_CENT = 0.004_999_999_999;
export const NEUTRAL: Steps = [];
/** A bar that is neither good nor bad. */
export const BAR: Steps = [[0, "blue"]];
export const BAD: Steps = [[LOWEST, "red"]];
export const ANY_IS_BAD: Steps = upTo("green", [ABOVE_ZERO, "red"]);
export const BELOW_ZERO_IS_BAD: Steps = upTo("red", [0, "green"]);
export const ONE_IS_GOOD: Steps = upTo("red", [1, "green"]);
export const MORE_IS_WARM: Steps = upTo("blue", [-0.005, "text"], [0.005, "orange"]);
export const BUDGET_USED: Steps = upTo("green", [0.8, "orange"], [1, "red"]);
export const ERROR_SHARE: Steps = upTo("green", [0.01, "orange"], [0.05, "red"]);
export const UNPRICED_SHARE: Steps = upTo("green", [ABOVE_ZERO, "orange"], [0.01, "red"]);
export const DRIFT_SHARE: Steps = upTo("green", [0.01, "orange"], [0.05, "red"]);
export const LATENCY_SECONDS: Steps = upTo("green", [10, "orange"], [30, "red"]);
export const AGE_SECONDS: Steps = upTo("green", [120, "orange"], [300, "red"]);
export const SERIES: Steps = upTo("green", [4_000, "orange"], [5_000, "red"]);

function upTo(lowest: string, ...steps: Steps): Steps {
  return [[LOWEST, lowest], ...steps];
}

/** With the first step that Grafana asks for, which also colours what is not known: neither good nor bad. */
export function thresholdsOf(steps: Steps): dashboard.ThresholdsConfig {
  return {
    mode: dashboard.ThresholdsMode.Absolute,
    steps: [{ value: null, color: "text" }, ...steps.map(([value, color]) => ({ value, color }))],
  };
}

/** Keep what is less than half a cent from being shown as nothing. */
export const SOME_MONEY: dashboard.ValueMapping[] = [
  fewerThanCents(ABOVE_ZERO / 1e3, HALF_A_CENT, "<1 ¢"),
  fewerThanCents(-HALF_A_CENT, -ABOVE_ZERO / 1e3, "-<1 ¢"),
];

function fewerThanCents(from: number, to: number, text: string): dashboard.ValueMapping {
  const options = { from, to, result: { text, index: 0 } };
  return { type: dashboard.MappingType.RangeToText, options };
}

/** What stands in an empty cell of a table that has others. Unknown is not 0. */
export const EMPTY_CELL = "–";
