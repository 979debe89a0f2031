/** Users of the app, each making one call after another. */
import { setTimeout as pause } from "node:timers/promises";
import { withUsage } from "spendspan";

import type { App } from "./app.ts";
import { seededRandom } from "./chance.ts";
import { type Call, callsOf, type Scenario } from "./scenario.ts";

export interface Workload {
  readonly scenario: Scenario;
  /** How many calls the app makes in all; `Infinity` for no end. */
  readonly calls: number;
  /** How many users call at the same time. */
  readonly users: number;
  /** How long a user pauses after a call, on average, in milliseconds. */
  readonly pauseMs: number;
}

export interface TrafficOptions extends Workload {
  readonly app: App;
  /** Ends it: calls under way are still waited for. */
  readonly stop: AbortSignal;
  /** Told of a call that failed and was not meant to, or the other way round. */
  readonly onSurprise: (message: string) => void;
}

const SEED = 1;

/** Resolves when all calls are made, or when it is told to stop. Never rejects. */
export async function runTraffic(options: TrafficOptions): Promise<void> {
  const { scenario, calls, users, pauseMs, stop } = options;
  const random = seededRandom(SEED);
  const script = callsOf(scenario, seededRandom(SEED));
  let left = calls;
  const user = async (): Promise<void> => {
    while (left > 0 && !stop.aborted) {
      left -= 1;
      // oxlint-disable-next-line no-await-in-loop -- a user does one thing after the other
      await makeCall(script.next().value, options);
      // oxlint-disable-next-line no-await-in-loop
      await pause(pauseMs * 2 * random(), undefined, { signal: stop }).catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: users }, user));
}

async function makeCall(call: Call, { app, onSurprise }: TrafficOptions): Promise<void> {
  const { tags, feature, model, text, fails } = call;
  try {
    await withUsage(tags, () => app.use(feature, model, text));
    if (fails) onSurprise(`${feature} was to fail, and did not`);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!fails) onSurprise(`${feature} failed: ${message.split("\n")[0]}`);
  }
}
