/** `GET /data/2.5/weather` in the manner of OpenWeatherMap: an API that bills by the request. */
import type { Failure } from "./failure.ts";

export const WEATHER_PATH = "/data/2.5/weather";

export function weatherAt(url: URL): Failure {
  const city = url.searchParams.get("q");
  const key = url.searchParams.get("appid");
  if (key === null || key === "invalid") {
    return answer(401, { cod: 401, message: "Invalid API key." });
  }
  if (city === null || city === "")
    return answer(400, { cod: "400", message: "Nothing to geocode" });
  const temp = 280 + (city.length % 20);
  return answer(200, {
    coord: { lon: 13.41, lat: 52.52 },
    weather: [{ id: 803, main: "Clouds", description: "broken clouds", icon: "04d" }],
    main: { temp, feels_like: temp - 2, pressure: 1_016, humidity: 71 },
    name: city,
    cod: 200,
  });
}

function answer(status: number, body: object): Failure {
  return { status, contentType: "application/json; charset=utf-8", text: JSON.stringify(body) };
}
