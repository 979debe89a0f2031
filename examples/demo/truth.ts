/**
 * What the ledger must hold by the simulator's own reckoning, which shares no code and no price with
 * spendspan: a row for each request that has a price, billed or not.
 */
import type { Pool } from "pg";

import { fromUsdString, toUsdString } from "../../src/base/money.ts";
import type { SimulatedCall } from "../../test/simulator/call-log.ts";
import type { Account, Comparison, Facts } from "./agreement.ts";
import { WEATHER_PRICE_USD, WEATHER_PROVIDER } from "./weather-rule.ts";

/**
 * What can be known of a call's price: `free` was not billed; `partial` broke off before its last
 * word on usage, so that the ledger has a lower bound; `unpriced` never told its usage, or is of a
 * model without a price.
 */
type ExpectedPrice = "priced" | "free" | "partial" | "unpriced";

const ALL = "billed or not";
const BY_PRICE = `
select coalesce(model, api_provider) as model, price_status, count(*)::text as requests,
  coalesce(sum(total_tokens), 0)::text as tokens,
  trim_scale(coalesce(sum(estimated_cost_usd), 0))::text as usd
from api_usage group by 1, 2`;

/** What SQL finds in the table, by model and price status. */
export async function pricedAccount(pool: Pool): Promise<Account> {
  const groups = new Map<string, Facts>();
  const [all] = (await pool.query("select count(*)::text as requests from api_usage")).rows;
  groups.set(ALL, all);
  for (const { model, price_status, ...usage } of (await pool.query(BY_PRICE)).rows) {
    groups.set(groupOf(model, price_status), factsOf(price_status, usage));
  }
  return { name: "ledger", groups };
}

export function simulatedAccount(calls: readonly SimulatedCall[]): Account {
  const groups = new Map<string, Facts>();
  const rows = metered(calls);
  groups.set(ALL, { requests: String(rows.length) });
  for (const [group, members] of Map.groupBy(rows, groupOfCall)) {
    const [first] = members;
    if (first === undefined) continue;
    const tokens = members.reduce((sum, call) => sum + (call.tokens?.total ?? 0), 0);
    const usage = {
      requests: String(members.length),
      tokens: String(tokens),
      usd: costOf(members),
    };
    groups.set(group, factsOf(priceStatusOf(first), usage));
  }
  return { name: "simulator", groups };
}

/** Calls that must be rows: all but those that are always free. */
export function metered(calls: readonly SimulatedCall[]): readonly SimulatedCall[] {
  return calls.filter(({ operation }) => operation !== "countTokens");
}

/** What broke off is booked at no more than it cost. */
export async function checkLowerBound(
  pool: Pool,
  calls: readonly SimulatedCall[],
): Promise<Comparison> {
  const broken = calls.filter((call) => priceStatusOf(call) === "partial");
  const { rows } = await pool.query(
    "select trim_scale(coalesce(sum(estimated_cost_usd), 0))::text as usd from api_usage where price_status = 'partial'",
  );
  const booked: string = rows[0].usd;
  const billed = costOf(broken);
  const passed = fromUsdString(booked) <= fromUsdString(billed);
  const line = `broken off: known USD ${booked} of ${billed} billed`;
  return { title: "ledger ≤ simulator", checks: [{ passed, line }] };
}

function groupOfCall(call: SimulatedCall): string {
  const model = call.servedModel ?? call.requestedModel ?? WEATHER_PROVIDER;
  return groupOf(model, priceStatusOf(call));
}

function priceStatusOf(call: SimulatedCall): ExpectedPrice {
  if (!call.billed) return "free";
  if (call.operation === "weather") return "priced";
  if (call.costUsd === undefined || call.behaviour === "hang") return "unpriced";
  return call.behaviour === "cut" ? "partial" : "priced";
}

function costOf(calls: readonly SimulatedCall[]): string {
  const costs = calls.map(({ operation, costUsd }) =>
    fromUsdString(operation === "weather" ? WEATHER_PRICE_USD : (costUsd ?? "0")),
  );
  return toUsdString(costs.reduce((sum, cost) => sum + cost, 0n));
}

function groupOf(model: string, priceStatus: string): string {
  return `${model}, ${priceStatus}`;
}

/** What broke off, or never told its usage, can only be counted. */
function factsOf(
  priceStatus: string,
  { requests, tokens, usd }: { requests: string; tokens: string; usd: string },
): Facts {
  const isKnown = priceStatus === "priced" || priceStatus === "free";
  return isKnown ? { requests, tokens, "known USD": usd } : { requests };
}
