/** How many calls there are, and how they end. */
import {
  COST,
  REQUEST_DURATION,
  REQUESTS,
  TOKENS,
  UNPRICED_REQUESTS,
} from "../../src/metrics/catalogue.ts";
import { alertList } from "../alert-list.ts";
import type { Row } from "../board.ts";
import { rowLink, seriesLink } from "../links.ts";
import {
  CALL_COST_DECIMALS,
  ERROR_SHARE,
  LATENCY_SECONDS,
  MODEL_WIDTH,
  STATUS_COLOURS,
  UNITS,
} from "../look.ts";
import { seriesPanel, statPanel } from "../panel.ts";
import { increase, perMinute, priced, quantile, rate, ratio } from "../promql.ts";
import { tablePanel } from "../table.ts";

const NO_TRAFFIC = "No traffic";

/** Of all calls that the other filters let through: the filter of statuses would make it all or nothing. */
function failing(by: string): string {
  const failed = rate(REQUESTS, by, { without: ["status"], where: 'status=~"error|timeout"' });
  return ratio(failed, rate(REQUESTS, by, { without: ["status"] }));
}

const figures = [
  statPanel({
    title: "Calls a minute",
    about: "Finished calls. Retries and rounds of function calls are calls of their own.",
    of: [REQUESTS],
    none: NO_TRAFFIC,
    width: 6,
    unit: UNITS.perMinute,
    queries: [{ expr: perMinute(REQUESTS) }],
  }),
  statPanel({
    title: "Failing",
    about:
      "Share of calls that ended as an error or a timeout. Whom the app itself broke off, and answers that were withheld, are none.",
    of: [REQUESTS],
    none: NO_TRAFFIC,
    width: 6,
    unit: UNITS.share,
    decimals: 2,
    steps: ERROR_SHARE,
    queries: [{ expr: failing("") }],
  }),
  statPanel({
    title: "Duration, p95",
    about:
      "95 of 100 calls take less, from the request to the end of the answer. The filter of brands does not apply.",
    of: [REQUEST_DURATION],
    none: NO_TRAFFIC,
    width: 6,
    unit: UNITS.seconds,
    decimals: 2,
    steps: LATENCY_SECONDS,
    queries: [{ expr: quantile(0.95, REQUEST_DURATION) }],
  }),
  statPanel({
    title: "Tokens a second",
    about: "Of all kinds, in and out.",
    of: [TOKENS],
    none: NO_TRAFFIC,
    width: 6,
    unit: UNITS.large,
    queries: [{ expr: rate(TOKENS) }],
  }),
];

const byStatus = seriesPanel({
  title: "Calls by how they ended",
  about:
    "success: answered. error: the provider refused or failed. timeout: the app's deadline passed. cancelled: the app broke off. blocked: answered, but withheld. unknown: the process ended before the call did.",
  of: [REQUESTS],
  none: NO_TRAFFIC,
  width: 16,
  unit: UNITS.perMinute,
  stacked: true,
  colours: STATUS_COLOURS,
  queries: [{ expr: perMinute(REQUESTS, "status"), legend: "{{status}}" }],
});

function failingBy(label: "model" | "brand" | "endpoint") {
  return seriesPanel({
    title: `Failing by ${label}`,
    about:
      "Share of calls that ended as an error or a timeout. A click shows the calls, each with what the provider said.",
    of: [REQUESTS],
    none: NO_TRAFFIC,
    width: 12,
    unit: UNITS.share,
    steps: ERROR_SHARE,
    queries: [{ expr: failing(label), legend: `{{${label}}}` }],
    links: [seriesLink("Calls in the ledger", "ledger", label)],
  });
}

const models = tablePanel({
  title: "Models",
  about: "In the time range. A click on a model leaves only it, or shows its calls.",
  of: [REQUESTS, TOKENS, COST, UNPRICED_REQUESTS],
  none: NO_TRAFFIC,
  width: 12,
  sortBy: "Calls",
  keys: [
    {
      label: "model",
      title: "Model",
      unit: UNITS.text,
      width: MODEL_WIDTH,
      links: [
        rowLink("Only this model", "requests", { model: "Model" }),
        rowLink("Calls to this model", "ledger", { model: "Model" }),
      ],
    },
  ],
  values: [
    {
      title: "Calls",
      unit: UNITS.count,
      decimals: 0,
      width: 100,
      expr: increase(REQUESTS, "model"),
    },
    {
      title: "Failing",
      unit: UNITS.share,
      decimals: 2,
      width: 100,
      steps: ERROR_SHARE,
      expr: ratio(
        increase(REQUESTS, "model", { without: ["status"], where: 'status=~"error|timeout"' }),
        increase(REQUESTS, "model", { without: ["status"] }),
      ),
    },
    {
      title: "Tokens of a call",
      unit: UNITS.count,
      decimals: 0,
      expr: ratio(increase(TOKENS, "model"), increase(REQUESTS, "model")),
    },
    {
      title: "Cost of a call",
      unit: UNITS.money,
      decimals: CALL_COST_DECIMALS,
      expr: priced(ratio(increase(COST, "model"), increase(REQUESTS, "model"))),
    },
  ],
});

export const TRAFFIC: Row = {
  title: "Are calls answered?",
  panels: [...figures, byStatus, alertList()],
};

export const PARTS: Row = {
  title: "Which are not answered?",
  panels: [failingBy("model"), failingBy("endpoint"), failingBy("brand"), models],
};
