/** Ways from a figure down to what it is made of; time range, data source and filters come along. */
import type { Link } from "./panel.ts";
import { FILTERS, type Filter } from "./variables.ts";

export const BOARD_UIDS = {
  cost: "spendspan-cost",
  requests: "spendspan-requests",
  pipeline: "spendspan-pipeline",
  ledger: "spendspan-ledger",
} as const;
export type BoardName = keyof typeof BOARD_UIDS;

/** A link in the cells of a column: to the board for what stands in the row. */
export function rowLink(
  title: string,
  board: BoardName,
  chosen: Partial<Record<Filter, string>>,
): Link {
  return linkTo(title, board, chosen, (column) => `\${__data.fields.${column}:percentencode}`);
}

/** A link on a series or a bar: to the board for what its labels say. */
export function seriesLink(title: string, board: BoardName, ...labels: readonly Filter[]): Link {
  const chosen = Object.fromEntries(labels.map((label) => [label, label]));
  return linkTo(title, board, chosen, (label) => `\${__field.labels.${label}:percentencode}`);
}

function linkTo(
  title: string,
  board: BoardName,
  chosen: Partial<Record<Filter, string>>,
  valueOf: (source: string) => string,
): Link {
  const variables = FILTERS.map((name) => {
    const source = chosen[name];
    return source === undefined ? `\${${name}:queryparam}` : `var-${name}=${valueOf(source)}`;
  });
  const query = ["${__url_time_range}", "${datasource:queryparam}", ...variables].join("&");
  return { title, url: `/d/${BOARD_UIDS[board]}?${query}` };
}
