/** What the page is told of a board's queries: the data sources' answers, and nothing of how they look. */
import type { Series } from "../../test/grafana/series.ts";

export interface SeriesAnswer {
  readonly kind: "series";
  readonly refId: string;
  /** As `{{brand}}`; empty for the labels themselves. */
  readonly legend: string;
  /** A column for each label rather than a field for each series. */
  readonly isTable: boolean;
  /** Between two points; undefined for a value now. */
  readonly stepMs: number | undefined;
  readonly series: readonly Series[];
}

export interface RowsAnswer {
  readonly kind: "rows";
  readonly refId: string;
  readonly columns: readonly {
    readonly name: string;
    readonly type: "number" | "string" | "time";
  }[];
  /** By columns; a moment is in milliseconds since the Unix epoch. */
  readonly values: readonly (readonly (number | string | null)[])[];
}

export type Answer = SeriesAnswer | RowsAnswer;

export interface BoardAnswer {
  readonly fromMs: number;
  readonly toMs: number;
  /** What variables stand for in texts, by their names. */
  readonly chosen: Readonly<Record<string, string>>;
  /** By the panels' ids. */
  readonly panels: Readonly<Record<string, readonly Answer[]>>;
}
