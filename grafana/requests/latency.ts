/** How long calls take. These histograms have no brands, which would make too many series. */
import { REQUEST_DURATION, TIME_TO_FIRST_CHUNK } from "../../src/metrics/catalogue.ts";
import type { HistogramSpec } from "../../src/semconv/metric.ts";
import type { Row } from "../board.ts";
import { seriesLink } from "../links.ts";
import { UNITS } from "../look.ts";
import { type Panel, seriesPanel } from "../panel.ts";
import { quantile } from "../promql.ts";

const NO_BRANDS = "The filter of brands does not apply.";
const SHARES = [0.5, 0.95, 0.99];

function percentiles(title: string, about: string, metric: HistogramSpec): Panel {
  return seriesPanel({
    title,
    about: `${about} ${NO_BRANDS}`,
    of: [metric],
    none: "No traffic",
    width: 12,
    unit: UNITS.seconds,
    colours: { p50: "green", p95: "orange", p99: "red" },
    queries: SHARES.map((share) => ({
      expr: quantile(share, metric),
      legend: `p${share * 100}`,
    })),
  });
}

function byModel(title: string, about: string, metric: HistogramSpec): Panel {
  return seriesPanel({
    title,
    about: `${about} ${NO_BRANDS}`,
    of: [metric],
    none: "No traffic",
    width: 12,
    unit: UNITS.seconds,
    queries: [{ expr: quantile(0.95, metric, "model"), legend: "{{model}}" }],
    links: [seriesLink("Only this model", "requests", "model")],
  });
}

export const LATENCY: Row = {
  title: "How long do they take?",
  panels: [
    percentiles(
      "Duration",
      "From the request to the end of its answer: half, 95 and 99 of 100 calls take less.",
      REQUEST_DURATION,
    ),
    percentiles(
      "Time to first chunk",
      "From the request to the first byte of a streamed answer: half, 95 and 99 of 100 take less.",
      TIME_TO_FIRST_CHUNK,
    ),
    byModel("Duration by model, p95", "95 of 100 calls to the model take less.", REQUEST_DURATION),
    byModel(
      "Time to first chunk by model, p95",
      "95 of 100 streamed answers of the model begin sooner.",
      TIME_TO_FIRST_CHUNK,
    ),
  ],
};
