/** The weather service, as spendspan is told to meter it: so much a request. */
import type { HttpRule } from "spendspan";

export const WEATHER_PROVIDER = "openweathermap";
export const WEATHER_PRICE_USD = "0.0015";

/** @param url Where the service answers; for the real one `https://api.openweathermap.org`. */
export function weatherRule(url: string): HttpRule {
  return {
    provider: WEATHER_PROVIDER,
    host: new URL(url).hostname,
    path: "/data/2.5/weather",
    endpoint: "weather",
    priceUsdPerRequest: WEATHER_PRICE_USD,
  };
}
