/**
 * All that one may want to set in rules: addresses, thresholds, windows. Change it here and run
 * `npm run rules`.
 *
 * Windows and durations are in Prometheus' notation, money in US dollars.
 */
export const SETTINGS = {
  /** Where Grafana is, and the board of each topic in it. */
  grafanaUrl: "http://localhost:3000",
  boards: {
    cost: "spendspan-cost",
    requests: "spendspan-requests",
    pipeline: "spendspan-pipeline",
  },
  /** Where `prometheus/runbooks/` can be read; a page is named as its alert. */
  runbookUrl: "http://localhost:8080/runbooks",

  /** Jobs of prometheus.yml: the apps, and whoever shows the ledger's gauges. */
  appJob: "spendspan-app",
  ledgerJob: "spendspan-ledger",

  budget: {
    /** Periods that are long enough for a forecast and a burn rate; a day has its night in it. */
    longPeriods: "week|month",
    /** Of a brand younger than that, or so early in a period, a forecast says nothing. */
    forecastAfterSeconds: 86_400,
    forecastFor: "1h",
    /** A rate of 1 spends the budget exactly. 14.4 spends 2 % of a month's in an hour, 6 spends 5 % in six. */
    burnFast: { rate: 14.4, long: "1h", short: "5m", for: "2m" },
    burnSlow: { rate: 6, long: "6h", short: "30m", for: "15m" },
    /** What a brand without any budget may spend in a month before that is said. */
    unbudgetedUsd: 1,
    unbudgetedFor: "1h",
  },
  spike: {
    /** Times the median of the same hour one, two and three weeks ago. */
    ratio: 3,
    excessUsdPerHour: 5,
    for: "10m",
    keepFiringFor: "15m",
  },
  errors: { ratio: 0.05, statuses: "error|timeout", window: "5m", minRequests: 20, for: "10m" },
  latency: { quantile: 0.95, seconds: 30, window: "5m", minRequests: 20, for: "15m" },
  /** Longer than one scrape that fails, so that what it would have seen is not missed. */
  unpricedWindow: "30m",
  lossWindow: "10m",
  pending: { seconds: 300, for: "5m" },
  /** How long what the ledger's gauges said stays known when nobody shows them. */
  ledgerShownWithin: "5m",
  ledgerStale: { seconds: 300, for: "5m" },
  exporterDownFor: "5m",
  budgetsInvalidFor: "5m",
  drift: { ratio: 0.05, usd: 1, for: "1h" },
  series: {
    /** The option `maxSeries` of the app. */
    max: 5_000,
    ratio: 0.8,
    for: "15m",
    overflowWindow: "1h",
  },
  silence: {
    hosts: ".*generativelanguage[.]googleapis[.]com|.*aiplatform[.]googleapis[.]com",
    window: "15m",
    for: "15m",
  },
} as const;
