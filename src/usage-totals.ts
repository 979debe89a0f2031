/** The totals of a process, with the series that its configuration knows to come. */
import type { Config } from "./config/resolve.ts";
import { UsageTotals } from "./metrics/totals.ts";

/** The provider of Gemini's series, and of `APIUsage`. */
const GOOGLE_AI = "google_ai";

export function createUsageTotals({ brands, models, endpoints, ...config }: Config): UsageTotals {
  const labelLimits = { brand: config.maxBrandLabels };
  const totals = new UsageTotals({ labelLimits, maxSeries: config.maxSeries });
  for (const endpoint of endpoints) {
    totals.initialise({ provider: GOOGLE_AI, endpoint, models, brands });
  }
  return totals;
}
