/** Boards with one thing broken in each, as a text that is replaced in the file, and what is to be said of it. */
import type { BOARD_NAMES } from "./board-file.ts";

export interface BrokenBoard {
  readonly what: string;
  readonly board: (typeof BOARD_NAMES)[number];
  readonly find: string;
  readonly replace: string;
  readonly fault: string;
}

const COST = "spendspan-cost";
const REQUESTS = "spendspan-requests";
const PIPELINE = "spendspan-pipeline";
const LEDGER = "spendspan-ledger";

export const BROKEN_BOARDS: readonly BrokenBoard[] = [
  {
    what: "a metric that is not there",
    board: REQUESTS,
    find: "rate(api_usage_requests_total",
    replace: "rate(api_usage_request_total",
    fault: "api_usage_request_total is not in the catalogue",
  },
  {
    what: "a histogram without its suffix",
    board: REQUESTS,
    find: "api_usage_request_duration_seconds_bucket",
    replace: "api_usage_request_duration_seconds",
    fault: "api_usage_request_duration_seconds is not in the catalogue",
  },
  {
    what: "a label that the metric has not",
    board: COST,
    find: "sum by (endpoint)",
    replace: "sum by (campaign)",
    fault: "api_usage_cost_usd_total has no label campaign",
  },
  {
    what: "a value that the label never has",
    board: COST,
    find: 'kind=~\\"thinking\\"',
    replace: 'kind=~\\"thoughts\\"',
    fault: 'no series has kind="thoughts"',
  },
  {
    what: "a match on a label that no metric has",
    board: COST,
    find: "on (brand) group_left",
    replace: "on (tenant) group_left",
    fault: "matches or groups by tenant",
  },
  {
    what: "a parenthesis that is not closed",
    board: REQUESTS,
    find: "[$__rate_interval]))",
    replace: "[$__rate_interval])",
    fault: "Unclosed parenthesis",
  },
  {
    what: "a counter read raw",
    board: REQUESTS,
    find: 'sum by (status) (rate(api_usage_requests_total{provider=~\\"$provider\\", endpoint=~\\"$endpoint\\", model=~\\"$model\\", brand=~\\"$brand\\", status=~\\"$status\\"}[$__rate_interval]))',
    replace: "sum by (status) (api_usage_requests_total)",
    fault: "api_usage_requests_total is a counter, and read raw",
  },
  {
    what: "an increase of a gauge of the ledger",
    board: COST,
    find: "max by (brand, model) (api_usage_ledger_cost_usd{",
    replace: "increase(api_usage_ledger_cost_usd{",
    fault: "api_usage_ledger_cost_usd is a gauge, and no counter",
  },
  {
    what: "spend counted once for each replica",
    board: COST,
    find: "sum(max by (brand, period) (api_usage_period_cost_usd",
    replace: "sum(sum by (brand, period) (api_usage_period_cost_usd",
    fault: "is shown by every replica alike",
  },
  {
    what: "a rate of a fixed window",
    board: REQUESTS,
    find: "[$__rate_interval]",
    replace: "[1m]",
    fault: "does not follow the resolution of the graph",
  },
  {
    what: "a variable that is not there",
    board: REQUESTS,
    find: 'brand=~\\"$brand\\"',
    replace: 'brand=~\\"$brnd\\"',
    fault: "uses $brnd",
  },
  {
    what: "one value for a variable of several",
    board: REQUESTS,
    find: 'brand=~\\"$brand\\", status',
    replace: 'brand=\\"$brand\\", status',
    fault: 'brand="$brand" takes one value',
  },
  {
    what: "All without a value",
    board: COST,
    find: '"allValue":".*"',
    replace: '"allValue":""',
    fault: "has no value for All",
  },
  {
    what: "a variable of a label that is not there",
    board: COST,
    find: '"query":"label_values(api_usage_period_cost_usd, brand)"',
    replace: '"query":"label_values(api_usage_period_cost_usd, endpoint)"',
    fault: "$brand asks for",
  },
  {
    what: "a variable made of a later one",
    board: REQUESTS,
    find: '"query":"label_values(api_usage_requests_total, provider)"',
    replace: '"query":"label_values(api_usage_requests_total{model=~\\"$model\\"}, provider)"',
    fault: "$provider is made of $model, which comes later",
  },
  {
    what: "a fixed data source",
    board: PIPELINE,
    find: '"uid":"${datasource}"',
    replace: '"uid":"prometheus"',
    fault: "has the fixed data source prometheus",
  },
  {
    what: "a data source of another kind",
    board: LEDGER,
    find: '"query":"grafana-postgresql-datasource"',
    replace: '"query":"mysql"',
    fault: "takes mysql for grafana-postgresql-datasource",
  },
  {
    what: "no unit",
    board: COST,
    find: '"unit":"percentunit"',
    replace: '"unit":""',
    fault: "has no unit",
  },
  {
    what: "a column without a unit",
    board: COST,
    find: '"id":"byName","options":"Used"',
    replace: '"id":"byName","options":"Use"',
    fault: 'has a column "Used" without a unit',
  },
  {
    what: "a column without a name",
    board: COST,
    find: '"Value #A":"Spent"',
    replace: '"Value":"Spent"',
    fault: "has a column without a name",
  },
  {
    what: "empty cells that speak for the table",
    board: COST,
    find: '"id":"noValue","value":"–"',
    replace: '"id":"noValue","value":""',
    fault: 'shows "No rules evaluated" in every empty cell',
  },
  {
    what: "columns that need a scroll",
    board: REQUESTS,
    find: '"id":"custom.width","value":155',
    replace: '"id":"custom.width","value":200',
    fault: '"Alerts" has columns beyond its edge, 545 pixels wide',
  },
  {
    what: "money that is shortened",
    board: COST,
    find: '"unit":"currency:financial:$"',
    replace: '"unit":"currencyUSD"',
    fault: "shows money as $1.13K",
  },
  {
    what: "Grafana's thresholds, red from 80 on",
    board: COST,
    find: '"thresholds":{"mode":"absolute","steps":[{"value":null,"color":"text"}]}',
    replace: '"thresholds":{"mode":"absolute","steps":[]}',
    fault: "has no thresholds of its own",
  },
  {
    what: "no value shown as a bad one",
    board: COST,
    find: '"steps":[{"value":null,"color":"text"}',
    replace: '"steps":[{"value":null,"color":"red"}',
    fault: "shows what is not known in red",
  },
  {
    what: "nothing said without a value",
    board: COST,
    find: '"noValue":"No ledger read"',
    replace: '"noValue":""',
    fault: "says nothing when there is no value",
  },
  {
    what: "a description of another metric",
    board: COST,
    find: "Metric: `api_usage_period_cost_usd`",
    replace: "Metric: `api_usage_window_cost_usd`",
    fault: "names api_usage_window_cost_usd, and is made of api_usage_period_cost_usd",
  },
  {
    what: "a description without its metric",
    board: COST,
    find: "\\n\\nMetric: ",
    replace: " ",
    fault: "has no description that ends in its metric",
  },
  {
    what: "a series named by a label that it has not",
    board: REQUESTS,
    find: '"legendFormat":"{{status}}"',
    replace: '"legendFormat":"{{brand}}"',
    fault: "names series by {{brand}}",
  },
  {
    what: "an id twice",
    board: COST,
    find: '"id":3}',
    replace: '"id":2}',
    fault: "has panels without an id of their own",
  },
  {
    what: "a panel on another",
    board: PIPELINE,
    find: '"gridPos":{"h":4,"w":6,"x":6,"y":1}',
    replace: '"gridPos":{"h":4,"w":4,"x":2,"y":1}',
    fault: '"Waiting" lies on "Lag"',
  },
  {
    what: "a panel beyond the edge",
    board: COST,
    find: '"gridPos":{"h":4,"w":4,"x":20,"y":1}',
    replace: '"gridPos":{"h":4,"w":6,"x":20,"y":1}',
    fault: "lies outside of the grid",
  },
  {
    what: "links hidden in a menu",
    board: COST,
    find: '"asDropdown":true',
    replace: '"placement":"inControlsMenu","asDropdown":true',
    fault: "hides its links in a menu",
  },
  {
    what: "a board that is edited in Grafana and lost with the next file",
    board: COST,
    find: '"editable":false',
    replace: '"editable":true',
    fault: "can be edited",
  },
];
