/**
 * An app as it runs in a container: set by its environment alone, as docker-compose.yml has it, and
 * calling Gemini, which is a simulator here, for several brands until it is told to stop.
 */
import { init } from "spendspan";

import { App } from "../demo/app.ts";
import { simulatedBackend } from "../demo/backend.ts";
import { SIMULATED } from "../demo/scenario.ts";
import { meteredSurface } from "../demo/session.ts";
import { stopRequest } from "../demo/stop-request.ts";
import { runTraffic } from "../demo/traffic.ts";

const stop = stopRequest();
const backend = await simulatedBackend(false);
const spendspan = init(meteredSurface(backend, SIMULATED));
await spendspan.ready();
console.log(`Metrics are at ${spendspan.url}/metrics`);
await runTraffic({
  app: new App(backend),
  scenario: SIMULATED,
  calls: Infinity,
  users: 4,
  pauseMs: 2_000,
  stop,
  onSurprise: (message) => console.warn(message),
});
await spendspan.shutdown();
await backend.close();
