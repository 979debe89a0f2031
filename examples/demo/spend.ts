/** What the ledger holds, as the demo shows it: spend by brand and model, and how calls ended. */
import type { Pool } from "pg";

import { fromUsdString, type Picodollars } from "../../src/base/money.ts";

export interface SpendRow {
  readonly brand: string;
  /** The provider's name where there is no model. */
  readonly model: string;
  readonly calls: number;
  readonly tokens: number;
  /** Without the unpriced calls. */
  readonly cost: Picodollars;
  readonly unpriced: number;
}

export interface Spend {
  /** The costliest brand first, and in each brand the costliest model. */
  readonly rows: readonly SpendRow[];
  readonly total: SpendRow;
  /** How many calls ended how, the most frequent first. */
  readonly statuses: ReadonlyMap<string, number>;
}

const CELLS = `
select brand, coalesce(model, api_provider) as model, status,
  (count(*) filter (where entry = 'call'))::int as calls,
  coalesce(sum(total_tokens), 0)::text as tokens,
  coalesce(sum(estimated_cost_usd), 0)::text as cost_usd,
  (count(*) filter (where price_status = 'unpriced' and entry <> 'job')
    - count(*) filter (where prior_price_status = 'unpriced'))::int as unpriced
from api_usage group by 1, 2, 3`;

export async function readSpend(pool: Pool): Promise<Spend> {
  const { rows } = await pool.query(CELLS);
  const cells = rows.map((row) => ({
    status: String(row.status),
    spend: {
      brand: String(row.brand),
      model: String(row.model),
      calls: Number(row.calls),
      tokens: Number(row.tokens),
      cost: fromUsdString(row.cost_usd),
      unpriced: Number(row.unpriced),
    },
  }));
  const spends = cells.map(({ spend }) => spend);
  return {
    rows: byBrandAndModel(spends),
    total: sumOf(spends, "All", ""),
    statuses: statusesOf(cells),
  };
}

function byBrandAndModel(spends: readonly SpendRow[]): readonly SpendRow[] {
  return [...Map.groupBy(spends, ({ brand }) => brand)]
    .map(([brand, ofBrand]) => ({
      cost: sumOf(ofBrand, brand, "").cost,
      rows: [...Map.groupBy(ofBrand, ({ model }) => model)]
        .map(([model, ofModel]) => sumOf(ofModel, brand, model))
        .toSorted(costliestFirst),
    }))
    .toSorted(costliestFirst)
    .flatMap(({ rows }) => rows);
}

function sumOf(spends: readonly SpendRow[], brand: string, model: string): SpendRow {
  const sum = { brand, model, calls: 0, tokens: 0, cost: 0n, unpriced: 0 };
  for (const { calls, tokens, cost, unpriced } of spends) {
    sum.calls += calls;
    sum.tokens += tokens;
    sum.cost += cost;
    sum.unpriced += unpriced;
  }
  return sum;
}

function statusesOf(
  cells: readonly { readonly status: string; readonly spend: SpendRow }[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { status, spend } of cells) {
    counts.set(status, (counts.get(status) ?? 0) + spend.calls);
  }
  return new Map([...counts].toSorted(([, a], [, b]) => b - a));
}

function costliestFirst(
  a: { readonly cost: Picodollars },
  b: { readonly cost: Picodollars },
): number {
  return Number(b.cost - a.cost);
}
