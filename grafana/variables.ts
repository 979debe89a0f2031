/** What one can choose at the top of a board. Names are those of the metrics' labels. */
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";

import { PERIOD_COST, REQUESTS } from "../src/metrics/catalogue.ts";
import type { NumberSpec } from "../src/semconv/metric.ts";
import { type Builder, LEDGER, PROMETHEUS } from "./target.ts";

/** Filters of the boards, each the name of a label of the catalogue. */
export const FILTERS = ["provider", "endpoint", "model", "brand", "status"] as const;
export type Filter = (typeof FILTERS)[number];

const ALL: dashboard.VariableOption = { selected: true, text: ["All"], value: ["$__all"] };
const LABELS: Readonly<Record<string, string>> = {
  provider: "Provider",
  endpoint: "Endpoint",
  model: "Model",
  brand: "Brand",
  campaign: "Campaign",
  status: "Status",
};

export type Variable = Builder<dashboard.VariableModel>;

export function prometheusSource(): Variable {
  return new dashboard.DatasourceVariableBuilder("datasource")
    .label("Prometheus")
    .type(PROMETHEUS.type);
}

export function ledgerSource(): Variable {
  return new dashboard.DatasourceVariableBuilder("ledger").label("Ledger").type(LEDGER.type);
}

/** The values of a label, each offered only if those chosen before it leave some. */
export function labelFilters(names: readonly Filter[] = FILTERS): readonly Variable[] {
  return names.map((name, index) => {
    const chosen = names.slice(0, index).map((before) => `${before}=~"$${before}"`);
    return labelFilter(name, REQUESTS, chosen);
  });
}

/** Brands of the ledger: also those that no process has counted since it started. */
export function ledgerBrands(): Variable {
  return labelFilter("brand", PERIOD_COST, []);
}

function labelFilter(name: Filter, metric: NumberSpec, matchers: readonly string[]): Variable {
  const series = matchers.length === 0 ? metric.name : `${metric.name}{${matchers.join(", ")}}`;
  return filter(name)
    .datasource(PROMETHEUS)
    .query(`label_values(${series}, ${name})`)
    .definition(`label_values(${series}, ${name})`)
    .allValue(".*");
}

/**
 * A column of the ledger, named as the filter. All is that name, so that `name in (name)` holds for
 * every row, and a ledger without rows makes no faulty `in ()`.
 */
export function columnFilter(name: string, column: string): Variable {
  const sql = `select distinct ${column} from api_usage_day order by 1`;
  return filter(name).datasource(LEDGER).query(sql).definition(sql).allValue(name);
}

/** The periods in which budgets are given. */
export function period(): Variable {
  return new dashboard.CustomVariableBuilder("period")
    .label("Period")
    .values("month,week,day")
    .current({ selected: true, text: "month", value: "month" });
}

function filter(name: string): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(LABELS[name] ?? name)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .current(ALL);
}
