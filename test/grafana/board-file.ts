/** A board as it is in its file: the parts of Grafana's JSON that tests read. */
import { readFileSync } from "node:fs";

export interface DataSource {
  readonly type: string;
  readonly uid: string;
}

export interface BoardTarget {
  readonly refId: string;
  readonly datasource?: DataSource;
  readonly expr?: string;
  readonly rawSql?: string;
  readonly legendFormat?: string;
  readonly instant?: boolean;
  readonly format?: string;
}

export interface Thresholds {
  readonly steps: readonly { readonly value: number | null; readonly color: string }[];
}

export interface BoardPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: DataSource;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly BoardTarget[];
  readonly transformations?: readonly {
    readonly id: string;
    readonly options: { readonly renameByName?: Readonly<Record<string, string>> };
  }[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly noValue?: string;
      readonly thresholds?: Thresholds;
    };
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options: unknown };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
}

export interface BoardVariable {
  readonly type: string;
  readonly name: string;
  readonly query?: string;
  readonly datasource?: DataSource;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
}

export interface BoardFile {
  readonly uid: string;
  readonly title: string;
  readonly description?: string;
  readonly editable: boolean;
  readonly templating: { readonly list: readonly BoardVariable[] };
  readonly annotations: {
    readonly list: readonly { readonly datasource: DataSource; readonly expr: string }[];
  };
  readonly links: readonly object[];
  readonly panels: readonly BoardPanel[];
}

const FOLDER = new URL("../../grafana/dashboards/", import.meta.url);

export function boardText(uid: string): string {
  return readFileSync(new URL(`${uid}.json`, FOLDER), "utf8");
}

export function boardFile(uid: string): BoardFile {
  return JSON.parse(boardText(uid)) as BoardFile;
}

export const BOARD_NAMES = [
  "spendspan-cost",
  "spendspan-requests",
  "spendspan-pipeline",
  "spendspan-ledger",
] as const;
