/** What every board has to hold to. A fault names the panel and what is wrong with it. */
import type { BoardFile, BoardPanel, BoardVariable, DataSource } from "./board-file.ts";
import { readPromql } from "./promql.ts";
import { AGGREGATIONS, faultsOfPromql, metricNamed, variablesIn } from "./query-rules.ts";

const COLUMNS = 24;
const LABEL_VALUES = /^label_values\((.+), (\w+)\)$/;

export function faultsOfBoard(board: BoardFile): readonly string[] {
  const panels = board.panels.flatMap((panel) =>
    faultsOfPanel(panel, board).map((fault) => `"${panel.title}" ${fault}`),
  );
  return [...faultsOfFrame(board), ...faultsOfGrid(board.panels), ...panels];
}

function faultsOfFrame(board: BoardFile): readonly string[] {
  const { annotations, templating, links, description } = board;
  const variables = templating.list;
  const faults: string[] = [];
  if (board.editable) faults.push("can be edited, though its file is generated");
  if (!description) faults.push("has no description");
  if (links.some((link) => "placement" in link)) faults.push("hides its links in a menu");
  for (const { datasource, expr } of annotations.list) {
    faults.push(...faultsOfSource(datasource, variables), ...faultsOfQuery(expr, board));
  }
  const ids = board.panels.map(({ id }) => id);
  if (new Set(ids).size < ids.length || ids.some((id) => !(id > 0))) {
    faults.push(`has panels without an id of their own: ${ids.join(", ")}`);
  }
  faults.push(...variables.flatMap((variable, index) => faultsOfVariable(variable, board, index)));
  return [...faults, ...undefinedVariables(JSON.stringify(board), variables)];
}

function undefinedVariables(text: string, variables: readonly BoardVariable[]): readonly string[] {
  const known = new Set(variables.map(({ name }) => name));
  return [...new Set(variablesIn(text))]
    .filter((name) => !known.has(name))
    .map((name) => `uses $${name}, which is not a variable of the board`);
}

function faultsOfVariable(
  variable: BoardVariable,
  board: BoardFile,
  index: number,
): readonly string[] {
  const { type, name, query = "", datasource, includeAll = false, allValue = "" } = variable;
  const faults: string[] = [];
  if (includeAll && allValue === "") faults.push(`$${name} has no value for All`);
  if (type !== "query") return faults;
  faults.push(...faultsOfSource(datasource, board.templating.list));
  if (datasource?.type !== "prometheus") return faults;
  const [, series = "", label = ""] = LABEL_VALUES.exec(query) ?? [];
  const [selector] = series === "" ? [] : readPromql(series).selectors;
  const metric = metricNamed(selector?.metric ?? "");
  const used = [label, ...(selector?.matchers ?? []).map((matcher) => matcher.label)];
  if (!used.every((one) => metric?.labels.includes(one))) faults.push(`$${name} asks for ${query}`);
  const later = board.templating.list.slice(index).map((other) => other.name);
  return [
    ...faults,
    ...variablesIn(query)
      .filter((other) => later.includes(other))
      .map((other) => `$${name} is made of $${other}, which comes later`),
  ];
}

function faultsOfGrid(panels: readonly BoardPanel[]): readonly string[] {
  const overlaps = panels.flatMap((one, index) =>
    panels
      .slice(index + 1)
      .filter(({ gridPos: other }) => overlap(one.gridPos, other))
      .map((other) => `"${one.title}" lies on "${other.title}"`),
  );
  const outside = panels
    .filter(({ gridPos: { x, y, w, h } }) => x < 0 || y < 0 || w < 1 || h < 1 || x + w > COLUMNS)
    .map(({ title }) => `"${title}" lies outside of the grid`);
  return [...overlaps, ...outside];
}

function overlap(one: BoardPanel["gridPos"], other: BoardPanel["gridPos"]): boolean {
  const besides = one.x + one.w <= other.x || other.x + other.w <= one.x;
  const below = one.y + one.h <= other.y || other.y + other.h <= one.y;
  return !besides && !below;
}

function faultsOfPanel(panel: BoardPanel, board: BoardFile): readonly string[] {
  if (panel.type === "row") return [];
  const faults = [
    ...faultsOfText(panel),
    ...faultsOfFigures(panel),
    ...faultsOfSource(panel.datasource, board.templating.list),
  ];
  const { targets = [] } = panel;
  if (targets.length === 0) faults.push("asks for nothing");
  for (const { datasource, expr, rawSql, legendFormat = "" } of targets) {
    faults.push(...faultsOfSource(datasource, board.templating.list));
    if (expr === undefined && rawSql === undefined) faults.push("has a query without a text");
    if (expr === undefined) continue;
    const found = faultsOfQuery(expr, board);
    faults.push(...(found.length > 0 ? found : faultsOfLegend(legendFormat, expr)));
  }
  return faults;
}

function faultsOfQuery(expr: string, board: BoardFile): readonly string[] {
  const variables = new Map(
    board.templating.list.map(({ name, multi = false }) => [name, multi] as const),
  );
  return faultsOfPromql(expr, { variables });
}

/** A series can be named only by a label that the query leaves on it. */
function faultsOfLegend(legend: string, expr: string): readonly string[] {
  const left = readPromql(expr).selectors.flatMap(({ calls, metric }) =>
    calls.some(({ name }) => AGGREGATIONS.includes(name))
      ? calls.flatMap(({ by }) => by)
      : [...(metricNamed(metric)?.labels ?? []), "instance"],
  );
  return [...legend.matchAll(/\{\{(\w+)\}\}/g)]
    .filter(([, label]) => !left.includes(label!))
    .map(([text]) => `names series by ${text}, which they have not`);
}

/** Ends in the metrics that the panel is made of: neither more nor less. */
function faultsOfText({ title, description = "", targets = [] }: BoardPanel): readonly string[] {
  const faults: string[] = [];
  if (!title) faults.push("has no title");
  const [, about = "", named = ""] = /^([^]+)\n\nMetric: (.+)$/.exec(description) ?? [];
  if (about === "") return [...faults, "has no description that ends in its metric"];
  const names = [...named.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
  const used = targets.flatMap(metricsOf);
  if (targets.length > 0 && !isSame(names, used)) {
    faults.push(`names ${names.join(", ")}, and is made of ${[...new Set(used)].join(", ")}`);
  }
  return faults;
}

function metricsOf({ expr, rawSql = "" }: NonNullable<BoardPanel["targets"]>[number]): string[] {
  if (expr === undefined) return [...rawSql.matchAll(/\bfrom (\w+)/g)].map(([, table]) => table!);
  try {
    return readPromql(expr).selectors.map(
      ({ metric }) => metricNamed(metric)?.spec?.name ?? metric,
    );
  } catch {
    return []; // said elsewhere
  }
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.every((name) => other.includes(name)) && other.every((name) => one.includes(name));
}

function faultsOfFigures({
  type,
  gridPos,
  fieldConfig,
  targets,
  transformations = [],
}: BoardPanel): readonly string[] {
  const { unit, noValue, thresholds } = fieldConfig?.defaults ?? {};
  const faults: string[] = [];
  if (!unit) faults.push("has no unit");
  // Lines have an axis of round figures; a sum has to be told to the cent.
  if (type !== "timeseries" && /"currencyUSD"/.test(JSON.stringify(fieldConfig))) {
    faults.push("shows money as $1.13K");
  }
  if (!noValue) faults.push("says nothing when there is no value");
  // Grafana's own begin to be red at 80.
  const [first] = thresholds?.steps ?? [];
  if (first?.value !== null) faults.push("has no thresholds of its own");
  else if (first.color !== "text") faults.push(`shows what is not known in ${first.color}`);
  if (type !== "table") return faults;
  const emptyCells = fieldConfig?.overrides.find(({ matcher }) => matcher.options === "/.*/");
  if (!emptyCells?.properties.some(({ id, value }) => id === "noValue" && value !== "")) {
    faults.push(`shows "${noValue}" in every empty cell`);
  }
  const named = transformations.flatMap(({ options }) =>
    Object.entries(options.renameByName ?? {}),
  );
  const columns = named.map(([, title]) => title);
  const missing = targets?.filter(
    ({ refId, expr }) =>
      expr !== undefined && !named.some(([field]) => field === `Value #${refId}`),
  );
  if (missing?.length) faults.push("has a column without a name");
  const withUnit = fieldConfig?.overrides
    .filter(({ properties }) => properties.some(({ id, value }) => id === "unit" && value !== ""))
    .map(({ matcher }) => matcher.options);
  const bare = columns.filter((title) => !withUnit?.includes(title));
  return [
    ...faults,
    ...bare.map((title) => `has a column "${title}" without a unit`),
    ...faultsOfWidth(columns, gridPos, fieldConfig),
  ];
}

/** On a screen of 1,600 pixels; Grafana gives 150 at least to columns without a width. */
function faultsOfWidth(
  columns: readonly string[],
  { w }: BoardPanel["gridPos"],
  fieldConfig: BoardPanel["fieldConfig"],
): readonly string[] {
  const room = (w * 1_576) / COLUMNS - 20;
  const widths = columns.map((title) => {
    const override = fieldConfig?.overrides.find(({ matcher }) => matcher.options === title);
    return Number(override?.properties.find(({ id }) => id === "custom.width")?.value ?? 150);
  });
  const needed = widths.reduce((sum, width) => sum + width, 0);
  return needed > room ? [`has columns beyond its edge, ${needed} pixels wide`] : [];
}

/** Always one that is chosen on the board: a fixed one is there in one Grafana only. */
function faultsOfSource(
  source: DataSource | undefined,
  variables: readonly BoardVariable[],
): readonly string[] {
  const variable = variables.find(
    ({ name, type }) => type === "datasource" && source?.uid === `\${${name}}`,
  );
  if (variable === undefined) return [`has the fixed data source ${source?.uid}`];
  return variable.query === source?.type ? [] : [`takes ${variable.query} for ${source?.type}`];
}
