/**
 * Ids of rows: UUIDv7, which begin with the time, so that a database keeps new ones together. Those of
 * one process sort as they were made, also within a millisecond, unless the clock steps back.
 */
import { randomFillSync, randomInt } from "node:crypto";

import { v7 } from "uuid";

const BYTES_AN_ID = 16;
/**
 * Random bytes for the next ids, drawn for many at a time: a draw for each is most of what an id
 * costs (1.6 µs, and 0.3 µs this way).
 */
const pool = new Uint8Array(256 * BYTES_AN_ID);
let used = pool.length;
/** The 32 bits behind the time. Begins in their lower half, so that it doesn't run over. */
let sequence: number | undefined;

export function newUuid(): string {
  sequence = sequence === undefined ? randomInt(2 ** 31) : sequence + 1;
  return v7({ random: nextRandom(), seq: sequence });
}

function nextRandom(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const start = used;
  used += BYTES_AN_ID;
  return pool.subarray(start, used);
}
