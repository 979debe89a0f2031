/** Queries of panels, and the data sources that they go to: always the one chosen on the board. */
import type * as cog from "@grafana/grafana-foundation-sdk/cog";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";

export type Builder<T> = cog.Builder<T>;

export const PROMETHEUS = { type: "prometheus", uid: "${datasource}" } as const;
export const LEDGER = { type: "grafana-postgresql-datasource", uid: "${ledger}" } as const;

export type Target = Builder<cog.Dataquery>;

export interface Query {
  readonly expr: string;
  /** The name of a series: `{{brand}}`. */
  readonly legend?: string;
}

/** A value now, for each query. */
export function instant(queries: readonly Query[]): readonly Target[] {
  return queries.map((query, index) => promql(query, index).instant());
}

/** Values over the time range. */
export function range(queries: readonly Query[]): readonly Target[] {
  return queries.map((query, index) => promql(query, index).range());
}

/** Values now, as the columns of a table: one for each label, and `Value #A` for query A. */
export function columns(queries: readonly Query[]): readonly Target[] {
  return queries.map((query, index) =>
    promql(query, index).instant().format(prometheus.PromQueryFormat.Table),
  );
}

/** The SDK knows no queries of Postgres. */
export function sql(text: string): Target {
  return {
    build: () => {
      const query = {
        refId: "A",
        datasource: LEDGER,
        editorMode: "code",
        format: "table",
        rawQuery: true,
        rawSql: text,
        _implementsDataqueryVariant: () => undefined,
      };
      return query;
    },
  };
}

export function refIdOf(index: number): string {
  return String.fromCodePoint("A".codePointAt(0)! + index);
}

function promql({ expr, legend }: Query, index: number): prometheus.DataqueryBuilder {
  return new prometheus.DataqueryBuilder()
    .refId(refIdOf(index))
    .datasource(PROMETHEUS)
    .expr(expr)
    .legendFormat(legend ?? "");
}
