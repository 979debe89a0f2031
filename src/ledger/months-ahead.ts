/**
 * Makes the partitions of the months to come, so that no row has to make its own.
 *
 * A row whose month has no partition lands all the same, by making one first (see migrations), but then
 * all writers wait for that at once, at the turn of a month. So it is done ahead, at most once a day,
 * behind whoever asks for a connection, and nobody waits for it or hears more of it than a line.
 */
import type { Pool } from "pg";

import { type Clock, DAY_MS } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { inTransaction } from "../database/pool.ts";

type Connect = () => Promise<Pool>;

const MONTHS = 2;
const TIMEOUT_MS = 5_000;

/** Makes the partitions of this month and of the next two, where they are missing. */
export async function makeMonthsAhead(pool: Pool): Promise<void> {
  await inTransaction(pool, { timeoutMs: TIMEOUT_MS }, (client) =>
    client.query("select api_usage_make_months_ahead($1)", [MONTHS]),
  );
}

/** `connect`, after which the months ahead are made, if that was not tried within a day. */
export function withMonthsAhead(connect: Connect, clock: Clock, logger: Logger): Connect {
  let dueAtMs = -Infinity;
  return async () => {
    const pool = await connect();
    if (clock.monotonicMs() >= dueAtMs) {
      dueAtMs = clock.monotonicMs() + DAY_MS;
      // A role that may not, or a server that is busy: rows make their months by need.
      makeMonthsAhead(pool).catch((error: unknown) =>
        logger.info(`Partitions of the next months were not made: ${messageOf(error)}`),
      );
    }
    return pool;
  };
}
