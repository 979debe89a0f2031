/** Sums to the picodollar, as an invoice needs them. */
import type { Row } from "../board.ts";
import { CENTS, MODEL_WIDTH, UNITS, UNPRICED_SHARE } from "../look.ts";
import { type Column, sqlTablePanel } from "../table.ts";
import { DAYS } from "./rows.ts";

/** Not known of what costs nothing only because it has no price. */
const COST = "case when sum(cost_usd) <> 0 or sum(unpriced_requests) = 0 then sum(cost_usd) end";

const SUMS = `sum(requests) as "Calls",
  sum(unpriced_requests) as "Without a price",
  sum(lower_bound_requests) as "At least",
  sum(estimated_requests) as "Estimated",
  sum(input_tokens) as "Input tokens",
  sum(output_tokens) as "Output tokens",
  ${COST} as "Cost",
  trim_scale(${COST})::text as "Exact, in US dollars"`;

const SUM_COLUMNS: readonly Column[] = [
  { title: "Calls", unit: UNITS.count, decimals: 0, width: 95 },
  { title: "Without a price", unit: UNITS.count, decimals: 0, width: 145, steps: UNPRICED_SHARE },
  { title: "At least", unit: UNITS.count, decimals: 0, width: 105 },
  { title: "Estimated", unit: UNITS.count, decimals: 0, width: 120 },
  { title: "Input tokens", unit: UNITS.count, decimals: 0, width: 140 },
  { title: "Output tokens", unit: UNITS.count, decimals: 0, width: 150 },
  { title: "Cost", unit: UNITS.money, decimals: CENTS, width: 120 },
  { title: "Exact, in US dollars", unit: UNITS.text, width: 190 },
];

/** The height of a table of it. */
const ONE_ROW = 4;

const ABOUT =
  "Whole UTC days that the time range touches, corrections included. Calls without a price are in no sum; those of which it is at least known what they cost, and estimated ones, are.";

function invoice(title: string, keys: Readonly<Record<string, string>>, height?: number) {
  const names = Object.entries(keys).map(([column, name]) => `${column} as "${name}"`);
  return sqlTablePanel({
    title,
    about: ABOUT,
    of: [{ name: "api_usage_day" }],
    none: "No calls",
    width: 24,
    ...(height === undefined ? {} : { height }),
    sortBy: Object.values(keys)[0] === "Day" ? "Day" : "Cost",
    sql: `select ${names.join(", ")},\n  ${SUMS}\nfrom ${DAYS}\ngroup by ${names.map((_, index) => index + 1).join(", ")}\norder by sum(cost_usd) desc`,
    columns: [
      ...Object.values(keys).map((title) => ({
        title,
        unit: UNITS.text,
        ...(title === "Model" ? { width: MODEL_WIDTH } : {}),
      })),
      ...SUM_COLUMNS,
    ],
  });
}

export const INVOICES: Row = {
  title: "What is to be paid?",
  panels: [
    invoice("In all", { "'all chosen'": "Brand" }, ONE_ROW),
    invoice("By brand", { brand: "Brand" }),
    invoice("By brand and campaign", { brand: "Brand", campaign: "Campaign" }),
    invoice("By brand, model and endpoint", {
      brand: "Brand",
      model: "Model",
      endpoint: "Endpoint",
    }),
    invoice("By day", { "to_char(day, 'YYYY-MM-DD')": "Day" }),
  ],
};
