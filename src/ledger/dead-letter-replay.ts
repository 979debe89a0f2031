/** Tries dead letters again: the rule that refused them may have changed, or somebody mended them. */
import type { Pool } from "pg";

import { refusalOf, refusalText, lineOfLetter } from "./dead-letter.ts";
import type { DeadLetterBox } from "./dead-letter-box.ts";
import { failureKind } from "./failure.ts";
import { tryRow } from "./postgres.ts";

/** Letters that stay, for one and the same reason. */
export interface StayingLetters {
  /** `23514, api_usage_attempt_check`. */
  readonly reason: string;
  /** Their names. */
  readonly letters: readonly string[];
}

export interface ReplayReport {
  /** Rows that are in the ledger now; of a dry run, that would be. */
  readonly stored: number;
  readonly staying: readonly StayingLetters[];
}

const NO_LETTER = "not a dead letter";

/**
 * Stores what Postgres takes now, letter by letter, and removes those. Each may be stored already:
 * it is stored once.
 *
 * @throws What kept Postgres from trying: it is away, or lacks a table or a right to it.
 */
export async function replayDeadLetters(
  box: DeadLetterBox,
  pool: Pool,
  dryRun: boolean,
): Promise<ReplayReport> {
  const staying = new Map<string, string[]>();
  let stored = 0;
  for (const name of await box.names()) {
    const reason = await replayOne(box, name, pool, dryRun);
    if (reason === undefined) stored += 1;
    else staying.set(reason, [...(staying.get(reason) ?? []), name]);
  }
  return { stored, staying: [...staying].map(([reason, letters]) => ({ reason, letters })) };
}

/** Why the letter stays; undefined when its row was stored. */
async function replayOne(
  box: DeadLetterBox,
  name: string,
  pool: Pool,
  dryRun: boolean,
): Promise<string | undefined> {
  const row = lineOfLetter(await box.read(name));
  if (row === undefined) return NO_LETTER;
  try {
    await tryRow(pool, row, dryRun);
  } catch (error) {
    if (failureKind(error) === "data") return refusalText(refusalOf(error));
    throw error;
  }
  if (!dryRun) await box.remove(name);
  return undefined;
}
