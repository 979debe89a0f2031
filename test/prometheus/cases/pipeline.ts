import { constant, counter, type AlertCase } from "../alert-case.ts";

const SOURCE = 'job="spendspan-app",instance="a"';
const PENDING = (instance: string) =>
  `api_usage_oldest_pending_timestamp_seconds{job="spendspan-app",instance="${instance}"}`;
const REFRESH = (instance: string) =>
  `api_usage_ledger_refresh_timestamp_seconds{job="spendspan-ledger",instance="${instance}"}`;
const UP = (job: string, instance: string) => `up{job="spendspan-${job}",instance="${instance}"}`;
const COST = `api_usage_cost_usd_total{${SOURCE},brand="acme"}`;
const OTHERS_DAY = 'api_usage_window_cost_usd{instance="s",brand="globex",window="1d"}';
const LEDGER_DAY = 'api_usage_window_cost_usd{instance="s",brand="acme",window="1d"}';
const APP = { job: "spendspan-app" };

export const PIPELINE_CASES: readonly AlertCase[] = [
  {
    title: "a row that has waited for five minutes, for five more, warns",
    alert: "AuditLag",
    series: { [PENDING("a")]: constant(0), [PENDING("b")]: counter([60, 60]) },
    firing: { "12m": [{ ...APP, instance: "a" }], "10m": [] },
    says: {
      summary: "Rows of a wait for Postgres",
      description:
        "The oldest row of a has waited for 12m 0s to be written. Nothing is lost yet; the ledger and all budgets lag.",
      board: "spendspan-pipeline",
    },
  },
  {
    title: "rows that are written soon, and a process without any, are silent",
    alert: "AuditLag",
    series: { [PENDING("b")]: counter([60, 60]), [`api_usage_written_total{${SOURCE}}`]: "0+1x60" },
    firing: { "40m": [] },
  },
  {
    title: "a record that is given up pages at once",
    alert: "AuditDrops",
    series: { [`api_usage_dropped_total{${SOURCE}}`]: "0+0x29 2+0x60" },
    firing: { "31m": [APP], "29m": [], "45m": [] },
    says: {
      summary: "Usage of spendspan-app is being lost",
      description:
        "Usage records of spendspan-app that were given up in the last 10m: 2. What they cost is missing from the ledger.",
      board: "spendspan-pipeline",
    },
  },
  {
    title: "a record that was given up before the first scrape pages",
    alert: "AuditDrops",
    series: { [`api_usage_dropped_total{${SOURCE}}`]: `_x30 ${constant(3)}` },
    firing: { "30m": [APP] },
  },
  {
    title: "a restart after drops pages nobody again",
    alert: "AuditDrops",
    series: { [`api_usage_dropped_total{${SOURCE}}`]: "7+0x59 0+0x60" },
    firing: { "59m": [], "61m": [], "70m": [] },
  },
  {
    title: "a row that Postgres refuses warns",
    alert: "DeadLetters",
    series: { [`api_usage_dead_letter_total{${SOURCE}}`]: "0+0x29 1+0x60" },
    firing: { "31m": [APP], "29m": [] },
    says: {
      summary: "Postgres refuses rows of spendspan-app",
      description:
        "Usage records of spendspan-app that Postgres refused in the last 10m: 1. They are set aside, and missing from the ledger until they are written again.",
      board: "spendspan-pipeline",
    },
  },
  {
    title: "without a refused row it is silent, whatever is written",
    alert: "DeadLetters",
    series: {
      [`api_usage_dead_letter_total{${SOURCE}}`]: constant(4),
      [`api_usage_written_total{${SOURCE}}`]: "0+1x60",
    },
    firing: { "40m": [] },
  },
  {
    title: "a ledger that is read no longer pages",
    alert: "LedgerStale",
    series: { [REFRESH("a")]: `0+60x10 ${constant(600)}` },
    firing: { "21m": [{}], "20m": [] },
    says: {
      summary: "What brands have spent is not being read from the ledger",
      description:
        "The ledger was last read 11m 0s ago. What brands have spent since is not held against their budgets.",
      board: "spendspan-pipeline",
    },
  },
  {
    title: "figures that nobody shows page",
    alert: "LedgerStale",
    series: { [UP("app", "a")]: constant(1) },
    firing: { "6m": [{}], "4m": [] },
    says: {
      summary: "What brands have spent is not being read from the ledger",
      description:
        "Nobody shows figures of the ledger. What brands have spent since is not held against their budgets.",
      board: "spendspan-pipeline",
    },
  },
  {
    title: "one replica that reads the ledger is enough",
    alert: "LedgerStale",
    series: { [REFRESH("a")]: constant(0), [REFRESH("b")]: "0+60x60" },
    firing: { "40m": [] },
  },
  {
    title: "a job of which no target answers pages, and is named",
    alert: "ExporterDown",
    series: { [UP("app", "a")]: constant(1), [UP("ledger", "s")]: "1+0x9 0+0x60" },
    firing: { "16m": [{ job: "spendspan-ledger" }], "14m": [] },
    says: {
      summary: "Nothing of spendspan-ledger can be scraped",
      description:
        "No target of job spendspan-ledger answers Prometheus. Its metrics are gone, and alerts that rest on them are blind.",
      board: "spendspan-pipeline",
    },
  },
  {
    title: "both jobs page when no target of either is known",
    alert: "ExporterDown",
    series: { 'up{job="other"}': constant(1) },
    firing: { "6m": [APP, { job: "spendspan-ledger" }] },
  },
  {
    title: "one replica that answers, and one scrape that fails, are silent",
    alert: "ExporterDown",
    series: {
      [UP("app", "a")]: constant(0),
      [UP("app", "b")]: constant(1),
      [UP("ledger", "s")]: "1+0x9 0 1+0x60",
    },
    firing: { "11m": [], "40m": [] },
  },
  {
    title: "a file of budgets with faults warns",
    alert: "BudgetsInvalid",
    series: { 'api_usage_budgets_last_reload_successful{job="spendspan-ledger"}': "1+0x9 0+0x30" },
    firing: { "16m": [{ job: "spendspan-ledger" }], "14m": [] },
    says: {
      summary: "The file of budgets has faults",
      description:
        "The file of budgets that spendspan-ledger reads has faults, so what was changed in it is not in force; the budgets from before are.",
      board: "spendspan-pipeline",
    },
  },
  {
    title: "a sound file of budgets is silent",
    alert: "BudgetsInvalid",
    series: { 'api_usage_budgets_last_reload_successful{job="spendspan-ledger"}': constant(1) },
    firing: { "30m": [] },
  },
  {
    title: "a ledger that lacks a third of what was counted is told of",
    alert: "SpendDrift",
    interval: "10m",
    // 144 steps a day, $1 each.
    series: { [COST]: counter([1, 200]), [LEDGER_DAY]: constant(96) },
    firing: { "26h": [{ brand: "acme" }] },
    says: {
      summary: "Counters and ledger disagree about acme",
      description:
        "Of the last day, the ledger says $96.00 for brand acme, and the counters differ by $48.00. The ledger is what counts, if its rows are all there.",
      board: "spendspan-pipeline?var-brand=acme",
    },
  },
  {
    title: "spend of processes that are not scraped is told of",
    alert: "SpendDrift",
    interval: "10m",
    series: { [LEDGER_DAY]: constant(5) },
    firing: { "2h": [{ brand: "acme" }] },
  },
  {
    title: "a brand that is counted and has no row in the ledger is told of",
    alert: "SpendDrift",
    interval: "10m",
    series: { [COST]: counter([1, 200]), [OTHERS_DAY]: constant(0) },
    firing: { "26h": [{ brand: "acme" }] },
    says: {
      summary: "Counters and ledger disagree about acme",
      description:
        "Of the last day, the ledger says $0.00 for brand acme, and the counters differ by $144.00. The ledger is what counts, if its rows are all there.",
      board: "spendspan-pipeline?var-brand=acme",
    },
  },
  {
    title: "a ledger that nobody shows is not said to disagree",
    alert: "SpendDrift",
    interval: "10m",
    series: { [COST]: counter([1, 200]) },
    firing: { "26h": [] },
  },
  {
    title: "a percent or two, restarts, and cents are silent",
    alert: "SpendDrift",
    interval: "10m",
    series: {
      [COST]: counter([1, 100], "reset", [1, 100]),
      [LEDGER_DAY]: constant(146),
      'api_usage_cost_usd_total{brand="tiny"}': counter([0.001, 200]),
      'api_usage_window_cost_usd{brand="tiny",window="1d"}': constant(0.9),
    },
    firing: { "26h": [] },
  },
  {
    title: "a call that is counted under _other warns",
    alert: "LabelOverflow",
    series: {
      [`api_usage_label_overflow_total{${SOURCE},label="brand"}`]: "0+0x79 9+0x60",
      [`api_usage_label_overflow_total{${SOURCE},label="model"}`]: constant(3),
    },
    firing: { "81m": [{ label: "brand" }], "79m": [] },
    says: {
      summary: "Metrics have run out of room for values of brand",
      description:
        "Calls of the last 1h that are counted under _other: 9, as brand has too many values. The ledger still tells them apart; metrics and budgets of new brands do not.",
      board: "spendspan-pipeline",
    },
  },
  {
    title: "labels with room are silent",
    alert: "LabelOverflow",
    series: { [`api_usage_label_overflow_total{${SOURCE},label="brand"}`]: constant(0) },
    firing: { "90m": [] },
  },
  {
    title: "four thousand series and one of five thousand warn",
    alert: "SeriesNearLimit",
    // So few samples, since promtool holds ten thousand of them at most.
    interval: "10m",
    series: seriesOf(4_001),
    firing: { "20m": [{ ...APP, instance: "a" }], "10m": [] },
    says: {
      summary: "a is near its bound of series",
      description:
        "a has 4001 series a metric of the 5000 that it may have. From then on new ones are counted under _other.",
      board: "spendspan-pipeline",
    },
  },
  {
    title: "a few series are silent",
    alert: "SeriesNearLimit",
    interval: "10m",
    series: seriesOf(20),
    firing: { "20m": [] },
  },
  {
    title: "it always fires, also with nothing at all to see",
    alert: "Watchdog",
    series: {},
    firing: { "0m": [{}], "1h": [{}] },
    says: {
      summary: "Alerting works",
      description:
        "Always fires. The dead man's switch that receives it raises the alarm when it stops coming.",
      board: "spendspan-pipeline",
    },
  },
];

function seriesOf(count: number): Record<string, string> {
  const names = Array.from(
    { length: count },
    (_, index) => `api_usage_cost_usd_total{${SOURCE},brand="b${index}"}`,
  );
  return Object.fromEntries(names.map((name) => [name, constant(1, 3)]));
}
