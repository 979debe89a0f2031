/** Queries of boards as Grafana sends them: with its macros and the board's variables filled in. */
import type { BoardVariable } from "./board-file.ts";

export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface PromqlContext {
  readonly range: TimeRange;
  readonly rateIntervalMs: number;
  /** What is chosen, by the names of variables; All for every one that is not named. */
  readonly chosen: Readonly<Record<string, string>>;
}

export function filledInPromql(expr: string, context: PromqlContext): string {
  const { range, rateIntervalMs, chosen } = context;
  const values: Readonly<Record<string, string>> = {
    __rate_interval: `${rateIntervalMs / 1_000}s`,
    __range: `${(range.toMs - range.fromMs) / 1_000}s`,
    ...chosen,
  };
  return expr.replaceAll(/\$(\w+)/g, (_, name: string) => values[name] ?? ".*");
}

export interface SqlContext {
  readonly range: TimeRange;
  readonly variables: readonly BoardVariable[];
  /** As in {@link PromqlContext}, and several of each. */
  readonly chosen: Readonly<Record<string, readonly string[]>>;
}

export function filledInSql(sql: string, { range, variables, chosen }: SqlContext): string {
  const [from, to] = [range.fromMs, range.toMs].map((atMs) => `'${new Date(atMs).toISOString()}'`);
  return sql
    .replaceAll(/\$__timeFilter\((\w+)\)/g, (_, column) => `${column} BETWEEN ${from} AND ${to}`)
    .replaceAll("$__timeFrom()", from!)
    .replaceAll("$__timeTo()", to!)
    .replaceAll(/\$\{(\w+):sqlstring\}/g, (_, name: string) => {
      const values = chosen[name]?.map((value) => `'${value.replaceAll("'", "''")}'`);
      return values?.join(",") ?? variables.find((one) => one.name === name)!.allValue!;
    });
}
