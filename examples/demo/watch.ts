/** The demo that goes on: calls, and what they cost, until it is told to stop. */
import { setTimeout as pause } from "node:timers/promises";

import type { Screen } from "./screen.ts";
import type { Session } from "./session.ts";
import { readSpend } from "./spend.ts";
import { paintSpend, spendLines } from "./spend-table.ts";
import { runTraffic, type Workload } from "./traffic.ts";

export interface WatchOptions {
  readonly session: Session;
  readonly screen: Screen;
  readonly workload: Workload;
  /** Aborted when the user has seen enough. */
  readonly stop: AbortSignal;
}

const REDRAW_MS = 1_000;
/** Where each table is printed below the last. */
const REPRINT_MS = 10_000;
const PACE_OVER_MS = 10_000;

/** Resolves when the calls have ended and the last table is drawn. */
export async function watch({ session, screen, workload, stop }: WatchOptions): Promise<void> {
  const { app, pool, spendspan } = session;
  const pace = new Pace((await readSpend(pool)).total.calls);
  const draw = async (): Promise<void> => {
    const spend = await readSpend(pool);
    screen.draw(spendLines(spend, pace.at(spend.total.calls), screen.size), paintSpend);
  };
  const ended = new AbortController();
  const traffic = runTraffic({
    ...workload,
    app,
    stop: AbortSignal.any([stop, ended.signal]),
    onSurprise: (message) => screen.say(`! ${message}`),
  }).finally(() => ended.abort());
  const everyMs = screen.redraws ? REDRAW_MS : REPRINT_MS;
  try {
    while (!ended.signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop -- one table after the other
      await pause(everyMs, undefined, { signal: ended.signal }).catch(() => undefined);
      // oxlint-disable-next-line no-await-in-loop
      if (!ended.signal.aborted) await draw();
    }
  } finally {
    // Also when the ledger is gone, and there is nothing left to draw.
    ended.abort();
    await traffic;
  }
  await spendspan.flush();
  await draw();
}

/** How fast calls come, reckoned over the last seconds. */
class Pace {
  readonly #callsBefore: number;
  #seen: readonly { readonly atMs: number; readonly calls: number }[];

  constructor(callsBefore: number) {
    this.#callsBefore = callsBefore;
    this.#seen = [{ atMs: performance.now(), calls: callsBefore }];
  }

  /** In words, when the ledger has that many calls now. */
  at(calls: number): string {
    const atMs = performance.now();
    const [oldest = { atMs, calls }] = this.#seen;
    const seconds = Math.max(0.001, (atMs - oldest.atMs) / 1_000);
    const perSecond = ((calls - oldest.calls) / seconds).toFixed(1);
    this.#seen = [...this.#seen, { atMs, calls }].filter((one) => one.atMs > atMs - PACE_OVER_MS);
    const earlier = this.#callsBefore === 0 ? "" : ` · ${this.#callsBefore} from earlier runs`;
    return `${perSecond} calls/s${earlier}`;
  }
}
