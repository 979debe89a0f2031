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
  /** Of money that is missing, as an amount above 0: `-$36.00`, where `money` would make `$-36.00` of -36. */
  missingMoney: "currency:financial:-$",
  /** Shortened, `$1.13K`: of the course of it, and of no sum. */
  roughMoney: "currencyUSD",
  share: "percentunit",
  seconds: "s",
  bytes: "bytes",
  /** Also of changes of money, since `money` makes `$-7.10` of what is less than none. */
  count: "locale",
  perMinute: "reqpm",
  /** Shortened: 1.23 Mil. */
  large: "short",
  /** Takes milliseconds. */
  fromNow: "dateTimeFromNow",
  time: "dateTimeAsIso",
  text: "string",
} as const;
export type Unit = (typeof UNITS)[keyof typeof UNITS];

/** Of money of a period or a brand; of what may be little, as a call, in any case more. */
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

/** Colours, each with the value from which on it holds. Below them all, or without any, it is `text`. */
export type Steps = readonly (readonly [from: number, colour: string])[];

const ABOVE_ZERO = 1e-9;
const PICODOLLAR = 1e-12;
/** The time of what has run out already: nobody knows since when. */
export const ALREADY = 0;
/** The time of what does not run out in its period, later than all others; in seconds since the Unix epoch. */
export const NOT_IN_PERIOD = 9_999_999_999;
/** JSON has no infinity. */
const LOWEST = -1e15;
const HALF_A_CENT = 0.004_999_999_999;
export const NEUTRAL: Steps = [];
/** A bar that is neither good nor bad. */
export const BAR: Steps = [[0, "blue"]];
export const BAD: Steps = [[LOWEST, "red"]];
export const BELOW_ZERO_IS_BAD: Steps = [
  [LOWEST, "red"],
  [0, "green"],
];
export const MORE_IS_WARM: Steps = [
  [LOWEST, "blue"],
  [-HALF_A_CENT, "text"],
  [HALF_A_CENT, "orange"],
];
export const ANY_IS_BAD: Steps = [
  [0, "green"],
  [ABOVE_ZERO, "red"],
];
export const ONE_IS_GOOD: Steps = [
  [0, "red"],
  [1, "green"],
];
export const BUDGET_USED: Steps = greenThen(0.8, 1);
export const ERROR_SHARE: Steps = greenThen(0.01, 0.05);
export const UNPRICED_SHARE: Steps = greenThen(ABOVE_ZERO, 0.01);
export const DRIFT_SHARE: Steps = greenThen(0.01, 0.05);
export const LATENCY_SECONDS: Steps = greenThen(10, 30);
export const AGE_SECONDS: Steps = greenThen(120, 300);
export const SERIES: Steps = greenThen(4_000, 5_000);

function greenThen(orange: number, red: number): Steps {
  return [
    [0, "green"],
    [orange, "orange"],
    [red, "red"],
  ];
}

/** With the first step that Grafana asks for, which also colours what is not known: neither good nor bad. */
export function thresholdsOf(steps: Steps): dashboard.ThresholdsConfig {
  return {
    mode: dashboard.ThresholdsMode.Absolute,
    steps: [{ value: null, color: "text" }, ...steps.map(([value, color]) => ({ value, color }))],
  };
}

/** How values are written. */
export interface Wording {
  readonly unit: Unit;
  /** As many as the value needs, unless given. */
  readonly decimals?: number;
  /** In place of 0, 1, 2 and so on. */
  readonly texts?: readonly string[];
}

/**
 * Keeps money of less than half a cent, where cents are shown, from being shown as none; and what has
 * run out already, or does not, from having a day on which it does.
 */
export function mappingsOf({ unit, decimals, texts }: Wording): dashboard.ValueMapping[] {
  if (texts !== undefined) return texts.map((text, value) => rangeAs(text, value, value));
  if (unit === UNITS.fromNow) {
    const notInPeriodMs = NOT_IN_PERIOD * 1_000;
    return [
      rangeAs("spent", ALREADY, ALREADY),
      rangeAs("not in period", notInPeriodMs, notInPeriodMs, "green"),
    ];
  }
  if (decimals !== CENTS) return [];
  if (unit === UNITS.missingMoney) return [rangeAs("-<1 ¢", PICODOLLAR, HALF_A_CENT)];
  if (unit !== UNITS.money && unit !== UNITS.count) return [];
  return [rangeAs("<1 ¢", PICODOLLAR, HALF_A_CENT), rangeAs("-<1 ¢", -HALF_A_CENT, -PICODOLLAR)];
}

function rangeAs(text: string, from: number, to: number, color?: string): dashboard.ValueMapping {
  const result = { text, index: 0, ...(color === undefined ? {} : { color }) };
  return { type: dashboard.MappingType.RangeToText, options: { from, to, result } };
}

/** In pixels, for names as long as Gemini's. */
export const MODEL_WIDTH = 190;

/** What stands in an empty cell of a table that has others. Unknown is not 0. */
export const EMPTY_CELL = "–";
