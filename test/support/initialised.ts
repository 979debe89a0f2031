/** `init()` for one test: quiet, without a server or an SDK of its own, and shut down with it. */
import { onTestFinished } from "vitest";

import type { SpendspanOptions } from "../../src/config/options.ts";
import { init, type Spendspan } from "../../src/init.ts";
import { KeptLogger } from "./logger.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

export function initialised(options: SpendspanOptions = {}): Spendspan {
  const spendspan = init({
    dataDir: temporaryDirectory(),
    embedded: false,
    server: false,
    openTelemetry: "join",
    shutdownTimeoutMs: 20_000, // on a busy machine rows need their time
    logger: new KeptLogger(),
    ...options,
  });
  onTestFinished(async () => void (await spendspan.shutdown()));
  return spendspan;
}
