/** What one process of an app has: a meter, and a ledger in a database that it may share with others. */
import type { Pool } from "pg";
import { expect, onTestFinished } from "vitest";

import { ResourceDesk } from "../../src/capture/resource-desk.ts";
import type { Fetch } from "../../src/capture/fetch.ts";
import type { MeterOptions } from "../../src/capture/meter.ts";
import { findResourceEntries } from "../../src/ledger/resource-history.ts";
import { Recorder } from "../../src/usage/recorder.ts";
import { KeptLogger } from "./logger.ts";
import { metering } from "./metering.ts";
import { aWriter } from "./writer.ts";

export interface MeteredProcess {
  readonly fetch: Fetch;
  /** Brings to the ledger what is known, and ends. */
  end(): Promise<void>;
}

export function aProcess(
  baseUrl: string,
  pool: Pool,
  options: Partial<MeterOptions> = {},
): MeteredProcess {
  const logger = new KeptLogger();
  const writer = aWriter(pool, { logger });
  const recorder = new Recorder([writer], logger);
  const findEntries = (name: string) => findResourceEntries(pool, name);
  const resources = new ResourceDesk({ recorder, logger, findEntries });
  const { fetch, meter, faults } = metering(baseUrl, { ...options, recorder, resources });
  const end = async () => {
    await meter.conclude();
    await resources.conclude(5_000);
    await writer.close({ timeoutMs: 5_000 });
  };
  onTestFinished(() => expect([...faults, ...logger.warnings]).toEqual([]));
  return { fetch, end };
}
