/** Boards that Grafana would read otherwise than they are meant: one text of a file is replaced in each. */
import type { BOARD_NAMES } from "./board-file.ts";

export interface MistypedBoard {
  readonly what: string;
  readonly board: (typeof BOARD_NAMES)[number];
  readonly find: string;
  readonly replace: string;
  /** In what the compiler says of it. */
  readonly fault: string;
}

const COST = "spendspan-cost";
const REQUESTS = "spendspan-requests";
const LEDGER = "spendspan-ledger";

export const MISTYPED_BOARDS: readonly MistypedBoard[] = [
  {
    what: "a number for a text",
    board: COST,
    find: '"refresh": "5m"',
    replace: '"refresh": 300',
    fault: "Type 'number' is not assignable to type 'string'",
  },
  {
    what: "no version of the schema",
    board: COST,
    find: '"schemaVersion": 42,',
    replace: "",
    fault: "Property 'schemaVersion' is missing",
  },
  {
    what: "a property of boards that is none",
    board: COST,
    find: '"editable": false',
    replace: '"readonly": true',
    fault: `'"readonly"' does not exist`,
  },
  {
    what: "a number that stands for nothing",
    board: COST,
    find: '"graphTooltip": 1',
    replace: '"graphTooltip": 3',
    fault: "Type '3' is not assignable to type '0 | 1 | 2",
  },
  {
    what: "a panel of a kind that we have not",
    board: COST,
    find: '"type": "stat"',
    replace: '"type": "singlestat"',
    fault: `'"singlestat"'`,
  },
  {
    what: "a place in texts",
    board: COST,
    find: '"x": 4,',
    replace: '"x": "4",',
    fault: "Type 'string' is not assignable to type 'number'",
  },
  {
    what: "an option that the panel has not",
    board: COST,
    find: '"wideLayout": true',
    replace: '"wide": true',
    fault: `'"wide"' does not exist`,
  },
  {
    what: "an option of another kind of panel",
    board: REQUESTS,
    find: '"tooltip": {',
    replace: '"graphMode": "none",\n        "tooltip": {',
    fault: `'"graphMode"' does not exist`,
  },
  {
    what: "a value that the option has not",
    board: COST,
    find: '"graphMode": "none"',
    replace: '"graphMode": "line-chart"',
    fault: `Type '"line-chart"' is not assignable to type '"area" | "line" | "none"`,
  },
  {
    what: "a legend on a side that it has not",
    board: REQUESTS,
    find: '"placement": "right"',
    replace: '"placement": "left"',
    fault: `Type '"left"' is not assignable to type 'LegendPlacement'`,
  },
  {
    what: "a property of fields that is none",
    board: COST,
    find: '"noValue": ',
    replace: '"nullText": ',
    fault: `'"nullText"' does not exist`,
  },
  {
    what: "thresholds in another way",
    board: COST,
    find: '"mode": "absolute"',
    replace: '"mode": "relative"',
    fault: `Type '"relative"' is not assignable to type '"absolute" | "percentage"'`,
  },
  {
    what: "a threshold without a colour",
    board: COST,
    find: '"value": null,\n                "color": "text"',
    replace: '"value": null',
    fault: "Property 'color' is missing",
  },
  {
    what: "lines as wide as a text says",
    board: REQUESTS,
    find: '"lineWidth": 1',
    replace: '"lineWidth": "1"',
    fault: "Type 'string' is not assignable to type 'number'",
  },
  {
    what: "an override of a property that fields have not",
    board: COST,
    find: '"id": "custom.cellOptions"',
    replace: '"id": "custom.cell"',
    fault: `'"custom.cell"' is not assignable`,
  },
  {
    what: "an override by a value of another kind",
    board: COST,
    find: '"id": "decimals",\n                "value": 2',
    replace: '"id": "decimals",\n                "value": "2"',
    fault: "Type 'string' is not assignable to type 'number'",
  },
  {
    what: "cells of a kind that tables have not",
    board: COST,
    find: '"type": "color-text"',
    replace: '"type": "colour-text"',
    fault: `'"colour-text"' is not assignable`,
  },
  {
    what: "a table sorted by nothing",
    board: COST,
    find: '"displayName": "Spent"',
    replace: '"column": "Spent"',
    fault: `'"column"' does not exist`,
  },
  {
    what: "a variable of a kind that there is not",
    board: COST,
    find: '"type": "query"',
    replace: '"type": "label"',
    fault: `Type '"label"' is not assignable to type`,
  },
  {
    what: "a variable read anew at a time that there is not",
    board: COST,
    find: '"refresh": 2',
    replace: '"refresh": 3',
    fault: "Type '3' is not assignable to type '0 | 1 | 2",
  },
  {
    what: "a link without a kind",
    board: COST,
    find: '"type": "dashboards",',
    replace: "",
    fault: "Property 'type' is missing",
  },
  {
    what: "a transformation without options",
    board: COST,
    find: '"id": "merge",\n          "options": {}',
    replace: '"id": "merge"',
    fault: "Property 'options' is missing",
  },
  {
    what: "a query of Prometheus for a text that is a truth",
    board: COST,
    find: '"instant": true',
    replace: '"instant": "true"',
    fault: "Type 'string' is not assignable to type 'boolean",
  },
  {
    what: "a query in a form that its data source has not",
    board: LEDGER,
    find: '"format": "table"',
    replace: '"format": "tables"',
    fault: `Type '"tables"' is not assignable to type`,
  },
];
