/** The same usage as it is told in different places: by the ledger, by `/metrics` and by reports. */
import type { Pool } from "pg";
import type { APIUsageStats, UsageStatsQuery } from "spendspan";

import { fromUsdString, toUsdString } from "../../src/base/money.ts";
import { type Sample, samplesOf } from "../../test/support/exposition.ts";
import { AccountBook } from "./account-book.ts";
import type { Account } from "./agreement.ts";

// Corrections and storage have a cost, and are no requests; work handed in counts by its results.
const REQUESTS = "(count(*) filter (where entry = 'call'))::text as requests";
const USD = "trim_scale(coalesce(sum(estimated_cost_usd), 0))::text as usd";
const TOTAL = `
select ${REQUESTS}, coalesce(sum(total_tokens), 0)::text as tokens, ${USD}
from api_usage`;
const USAGE = `
select brand, model, ${REQUESTS}, coalesce(sum(input_tokens), 0)::text as "tokensIn",
  coalesce(sum(output_tokens), 0)::text as "tokensOut", ${USD}
from api_usage group by brand, model`;
const STATUSES = `select status, ${REQUESTS} from api_usage where entry = 'call' group by status`;
const UNPRICED = `
select model, count(*)::text as requests from api_usage
where price_status = 'unpriced' and entry <> 'job' group by model`;

/** What SQL finds in the table. */
export async function ledgerAccount(pool: Pool): Promise<Account> {
  const book = new AccountBook("ledger");
  for (const row of (await pool.query(TOTAL)).rows) book.addTotal(row);
  for (const row of (await pool.query(USAGE)).rows) book.addUsage(row.brand, row.model, row);
  for (const row of (await pool.query(STATUSES)).rows) book.addStatus(row.status, row.requests);
  for (const row of (await pool.query(UNPRICED)).rows) book.addUnpriced(row.model, row.requests);
  return book.account();
}

/** What reports say, asked for all and for each brand. */
export async function reportAccount(
  name: string,
  read: (query: UsageStatsQuery) => Promise<APIUsageStats>,
): Promise<Account> {
  // Two days, for a run that goes on past midnight.
  const days = 2;
  const all = await read({ days });
  const book = new AccountBook(name);
  book.addTotal({
    requests: all.total_requests,
    tokens: all.total_tokens,
    usd: all.total_cost_usd,
  });
  for (const brand of Object.keys(all.by_brand)) {
    // oxlint-disable-next-line no-await-in-loop -- a handful
    const { by_model } = await read({ days, brand });
    for (const [model, { requests, ...usage }] of Object.entries(by_model)) {
      const { input_tokens: tokensIn, output_tokens: tokensOut, cost_usd: usd } = usage;
      book.addUsage(brand, model, { requests, tokensIn, tokensOut, usd });
    }
  }
  for (const [status, { requests }] of Object.entries(all.by_status)) {
    book.addStatus(status, requests);
  }
  for (const [model, { unpriced_requests }] of Object.entries(all.by_model)) {
    if (unpriced_requests > 0) book.addUnpriced(model, unpriced_requests);
  }
  return book.account();
}

/** What a page of metrics adds up to. Series at 0 are for what has not come yet, and left out. */
export function metricsAccount(page: string): Account {
  const book = new AccountBook("/metrics");
  const requests = series(page, "api_usage_requests_total");
  const tokens = series(page, "api_usage_tokens_total");
  const cost = series(page, "api_usage_cost_usd_total");
  book.addTotal({ requests: sum(requests), tokens: sum(tokens), usd: usdSum(cost) });
  for (const { labels } of requests) {
    const { brand = "", model = "", status = "" } = labels;
    const isOurs = (sample: Sample) =>
      sample.labels["brand"] === brand && sample.labels["model"] === model;
    book.addUsage(brand, model, {
      requests: sum(requests.filter(isOurs)),
      tokensIn: sum(tokens.filter(isOurs).filter(isInput)),
      tokensOut: sum(tokens.filter(isOurs).filter((sample) => !isInput(sample))),
      usd: usdSum(cost.filter(isOurs)),
    });
    book.addStatus(status, sum(requests.filter((sample) => sample.labels["status"] === status)));
  }
  for (const { labels, value } of series(page, "api_usage_unpriced_requests_total")) {
    book.addUnpriced(labels["model"] ?? "", value);
  }
  return book.account();
}

const INPUT_KINDS: readonly string[] = ["input", "cached_input", "tool_use"];

function isInput({ labels }: Sample): boolean {
  return INPUT_KINDS.includes(labels["kind"] ?? "");
}

function series(page: string, metric: string): readonly Sample[] {
  return samplesOf(page, metric).filter(({ value }) => value !== 0);
}

function sum(samples: readonly Sample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}

/**
 * Exact: a sample is the double next to a decimal of 12 places, and as long as it is below $1,000 no
 * other such decimal is as near.
 */
function usdSum(samples: readonly Sample[]): string {
  const amounts = samples.map(({ value }) => fromUsdString(value.toFixed(12)));
  return toUsdString(amounts.reduce((total, amount) => total + amount, 0n));
}
