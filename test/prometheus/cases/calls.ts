import { constant, counter, type AlertCase } from "../alert-case.ts";

const COST = 'api_usage_cost_usd_total{instance="a",brand="acme",model="gemini-3-flash"}';
/** In steps of half an hour. */
const WEEK = 336;
const labels = (status: string) =>
  `instance="a",provider="gemini",model="gemini-3-flash",brand="acme",status="${status}"`;
const REQUESTS = (status: string) => `api_usage_requests_total{${labels(status)}}`;
const BUCKET = (le: string) =>
  `api_usage_request_duration_seconds_bucket{provider="gemini",model="gemini-3-flash",status="success",le="${le}"}`;
const COUNT =
  'api_usage_request_duration_seconds_count{provider="gemini",model="gemini-3-flash",status="success"}';
const UNPRICED = (instance: string) =>
  `api_usage_unpriced_requests_total{instance="${instance}",model="gemini-9"}`;
const HTTP =
  'http_client_request_duration_count{job="spendspan-app",server_address="generativelanguage.googleapis.com"}';
const METERED = 'api_usage_requests_total{job="spendspan-app",instance="a",status="success"}';

export const CALL_CASES: readonly AlertCase[] = [
  {
    title: "twelve dollars in an hour that has been at one for three weeks warns",
    alert: "SpendSpike",
    interval: "30m",
    // $1 an hour, then $12.
    series: { [COST]: counter([0.5, 3 * WEEK], [6, 12]) },
    firing: { "507h": [{ brand: "acme" }], "504h": [] },
    says: {
      summary: "acme spends far more than at this hour of past weeks",
      description:
        "Brand acme spent $12.00 in the last hour. At the same hour of the last three weeks it was $1.00 (the median).",
      board: "spendspan-cost?var-brand=acme",
    },
  },
  {
    title: "the batch of every week is no spike, though one week had none",
    alert: "SpendSpike",
    interval: "30m",
    series: {
      [COST]: counter(
        ...[6, 0.1, 6, 6].flatMap(
          (batch) =>
            [
              [0.1, WEEK - 12],
              [batch, 12],
            ] as const,
        ),
      ),
    },
    firing: { "671h": [] },
  },
  {
    title: "ten times nearly nothing is nearly nothing",
    alert: "SpendSpike",
    interval: "30m",
    series: { [COST]: counter([0.045, 3 * WEEK], [0.45, 12]) },
    firing: { "507h": [] },
  },
  {
    title: "a new brand has no past to be compared with",
    alert: "SpendSpike",
    interval: "30m",
    series: { [COST]: counter([0.045, 96], [6, 12]) },
    firing: { "51h": [] },
  },
  {
    title: "one call in ten that fails warns after ten minutes",
    alert: "ErrorRatioHigh",
    series: {
      [REQUESTS("success")]: counter([9, 60]),
      [REQUESTS("error")]: counter([0.5, 60]),
      [REQUESTS("timeout")]: counter([0.5, 60]),
    },
    firing: {
      "20m": [{ provider: "gemini", model: "gemini-3-flash", brand: "acme" }],
      "8m": [],
    },
    says: {
      summary: "Calls of acme to gemini-3-flash fail",
      description:
        "10% of the calls of brand acme to gemini-3-flash (gemini) failed or timed out in the last 5m.",
      board: "spendspan-requests?var-brand=acme&var-model=gemini-3-flash",
    },
  },
  {
    title: "one call in fifty that fails is silent",
    alert: "ErrorRatioHigh",
    series: { [REQUESTS("success")]: counter([49, 60]), [REQUESTS("error")]: counter([1, 60]) },
    firing: { "40m": [] },
  },
  {
    title: "what the app broke off, or safety blocked, has not failed",
    alert: "ErrorRatioHigh",
    series: {
      [REQUESTS("success")]: counter([9, 60]),
      [REQUESTS("cancelled")]: counter([5, 60]),
      [REQUESTS("blocked")]: counter([5, 60]),
    },
    firing: { "40m": [] },
  },
  {
    title: "a few calls that fail are no ratio",
    alert: "ErrorRatioHigh",
    series: { [REQUESTS("success")]: counter([1, 60]), [REQUESTS("error")]: counter([2, 60]) },
    firing: { "40m": [] },
  },
  {
    title: "a restart is no burst of calls",
    alert: "ErrorRatioHigh",
    series: {
      [REQUESTS("success")]: counter([100, 60], "reset", [100, 40]),
      [REQUESTS("error")]: counter([1, 60], "reset", [1, 40]),
    },
    firing: { "60m": [], "70m": [] },
  },
  {
    title: "one call in ten above the bound makes a model slow",
    alert: "LatencyHigh",
    series: {
      [BUCKET("20.48")]: counter([9, 60]),
      [BUCKET("40.96")]: counter([10, 60]),
      [BUCKET("+Inf")]: counter([10, 60]),
      [COUNT]: counter([10, 60]),
    },
    firing: { "30m": [{ provider: "gemini", model: "gemini-3-flash" }], "10m": [] },
    says: {
      summary: "Calls to gemini-3-flash are slow",
      // Half way from 20.48 to 40.96.
      description:
        "One in twenty successful calls to gemini-3-flash (gemini) takes longer than 30.72s; 30s is the bound.",
      board: "spendspan-requests?var-model=gemini-3-flash",
    },
  },
  {
    title: "one call in fifty above the bound is silent",
    alert: "LatencyHigh",
    series: {
      [BUCKET("20.48")]: counter([49, 60]),
      [BUCKET("40.96")]: counter([50, 60]),
      [BUCKET("+Inf")]: counter([50, 60]),
      [COUNT]: counter([50, 60]),
    },
    firing: { "50m": [] },
  },
  {
    title: "a handful of slow calls is silent",
    alert: "LatencyHigh",
    series: {
      [BUCKET("20.48")]: counter([0, 60]),
      [BUCKET("40.96")]: counter([1, 60]),
      [BUCKET("+Inf")]: counter([1, 60]),
      [COUNT]: counter([1, 60]),
    },
    firing: { "50m": [] },
  },
  {
    title: "the very first call to a model without a price warns",
    alert: "UnpricedModel",
    series: { [UNPRICED("a")]: `_x40 ${constant(1, 100)}` },
    firing: { "40m": [{ model: "gemini-9" }], "39m": [], "75m": [] },
    says: {
      summary: "The cost of calls to gemini-9 is unknown",
      description:
        "Calls to gemini-9 that could not be priced in the last 30m: 1. They are in no sum of money, so all sums are too low.",
      board: "spendspan-cost?var-model=gemini-9",
    },
  },
  {
    title: "a further call to it warns again",
    alert: "UnpricedModel",
    series: { [UNPRICED("a")]: "1+0x99 2+0x50" },
    firing: { "90m": [], "101m": [{ model: "gemini-9" }] },
  },
  {
    title:
      "models that all have prices are silent, from the start, and over restarts and gaps of scrapes",
    alert: "UnpricedModel",
    series: {
      [UNPRICED("a")]: "5+0x99 _x20 5+0x99",
      [UNPRICED("b")]: `_x110 ${constant(0, 100)}`,
    },
    firing: { "61m": [], "125m": [], "140m": [], "155m": [], "170m": [] },
  },
  {
    title: "requests to Gemini of which none is metered page",
    alert: "MeteringSilent",
    series: { [HTTP]: counter([30, 60]), [METERED]: constant(12) },
    firing: { "40m": [{ job: "spendspan-app" }], "10m": [] },
    says: {
      summary: "Apps of spendspan-app call Gemini, and none of it is metered",
      description:
        "OpenTelemetry's HTTP instrumentation counts 0.50 requests a second from spendspan-app to Gemini, and spendspan has counted none for 15m.",
      board: "spendspan-pipeline",
    },
  },
  {
    title: "a process that never metered anything pages too",
    alert: "MeteringSilent",
    series: { [HTTP.replace("generativelanguage", "europe-west4-aiplatform")]: counter([30, 60]) },
    firing: { "40m": [{ job: "spendspan-app" }] },
  },
  {
    title: "requests that come by way of a Collector page too",
    alert: "MeteringSilent",
    series: { [HTTP.replace("_count", "_seconds_count")]: counter([30, 60]) },
    firing: { "40m": [{ job: "spendspan-app" }] },
  },
  {
    title: "requests that are metered, and those to other hosts, are silent",
    alert: "MeteringSilent",
    series: {
      [HTTP]: counter([30, 60]),
      [METERED]: counter([30, 60]),
      'http_client_request_duration_count{job="other",server_address="example.org"}': counter([
        30, 60,
      ]),
    },
    firing: { "40m": [] },
  },
];
