/** Tables: each column named, with a unit of its own, and links in the cells that lead further down. */
import * as common from "@grafana/grafana-foundation-sdk/common";
import type * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as table from "@grafana/grafana-foundation-sdk/table";

import {
  EMPTY_CELL,
  mappingsOf,
  NEUTRAL,
  type Steps,
  thresholdsOf,
  UNITS,
  type Wording,
} from "./look.ts";
import { type Link, type Panel, type PanelText, withFigures } from "./panel.ts";
import { columns, LEDGER, PROMETHEUS, refIdOf, sql } from "./target.ts";

export interface Column extends Wording {
  readonly title: string;
  /** In pixels; columns without one share what is left. */
  readonly width?: number;
  readonly steps?: Steps;
  /** A bar from 0 to 1 behind the figure. */
  readonly gauge?: boolean;
  readonly links?: readonly Link[];
}

export interface Table extends PanelText {
  /** The title of the column to sort by, the largest first. */
  readonly sortBy: string;
}

export interface PromTable extends Table {
  /** Labels, which come first: what all queries are grouped by. */
  readonly keys: readonly (Column & { readonly label: string })[];
  /** A query each: two or more, so that Grafana tells their columns apart. */
  readonly values: readonly (Column & { readonly expr: string })[];
}

/** A row for each group of labels, a column for each query. */
export function tablePanel(spec: PromTable): Panel {
  const { keys, values } = spec;
  const fields = [
    ...keys.map(({ label, title }) => [label, title] as const),
    ...values.map(({ title }, index) => [`Value #${refIdOf(index)}`, title] as const),
  ];
  return tableOf({ height: 8, ...spec }, PROMETHEUS, [...keys, ...values])
    .targets([...columns(values)])
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({
      id: "organize",
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(fields.map(([field], index) => [field, index])),
        renameByName: Object.fromEntries(fields),
      },
    });
}

export interface SqlTable extends Table {
  /** Yields the columns by their titles. */
  readonly sql: string;
  readonly columns: readonly Column[];
}

export function sqlTablePanel(spec: SqlTable): Panel {
  return tableOf({ height: 10, ...spec }, LEDGER, spec.columns)
    .targets([sql(spec.sql)])
    .filterable(true)
    .overrideByFieldType("number", [{ id: "custom.filterable", value: false }]);
}

function tableOf(
  spec: Table & { readonly height: number },
  source: common.DataSourceRef,
  shown: readonly Column[],
): table.PanelBuilder {
  const builder = new table.PanelBuilder()
    .cellHeight(common.TableCellHeight.Sm)
    .sortBy([new common.TableSortByFieldStateBuilder().displayName(spec.sortBy).desc(true)])
    .overrideByRegexp("/.*/", [{ id: "noValue", value: EMPTY_CELL }]);
  for (const column of shown) builder.overrideByName(column.title, propertiesOf(column));
  return withFigures(builder, source, { ...spec, unit: UNITS.text });
}

function propertiesOf(column: Column): dashboard.DynamicConfigValue[] {
  const { unit, decimals, width, steps = NEUTRAL, gauge = false, links = [] } = column;
  const mappings = mappingsOf(column);
  const properties: dashboard.DynamicConfigValue[] = [{ id: "unit", value: unit }];
  if (decimals !== undefined) properties.push({ id: "decimals", value: decimals });
  if (width !== undefined) properties.push({ id: "custom.width", value: width });
  if (mappings.length > 0) properties.push({ id: "mappings", value: mappings });
  if (steps.length > 0) {
    const cell = gauge ? { type: "gauge", mode: "basic" } : { type: "color-text" };
    properties.push({ id: "thresholds", value: thresholdsOf(steps) });
    properties.push({ id: "color", value: { mode: "thresholds" } });
    properties.push({ id: "custom.cellOptions", value: cell });
  }
  if (gauge) properties.push({ id: "min", value: 0 }, { id: "max", value: 1 });
  if (links.length > 0) properties.push({ id: "links", value: links });
  return properties;
}
