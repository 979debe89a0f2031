/** The totals that `/metrics` shows, with the series that begin at 0 before their first call. */
import type { Config } from "./config/resolve.ts";
import { UsageTotals } from "./metrics/totals.ts";

/** The provider of Gemini's series. */
const GOOGLE_AI = "google_ai";

export function initialTotals({ brands, models, endpoints, ...config }: Config): UsageTotals {
  const labelLimits = { brand: config.maxBrandLabels };
  const totals = new UsageTotals({ labelLimits, maxSeries: config.maxSeries });
  for (const endpoint of endpoints) {
    totals.initialise({ provider: GOOGLE_AI, endpoint, models, brands });
  }
  return totals;
}
