/**
 * A row that Postgres refuses for what is in it, and why, as a line of JSON: small enough to read,
 * to mend by hand, and to be tried again.
 *
 * Postgres's message is left out. It quotes the row, in a form that no column's rule has passed.
 */
import { createHash } from "node:crypto";

import { errorCodeOf } from "../base/errors.ts";

/** Why a row was refused. */
export interface Refusal {
  /** SQLSTATE: `23514`. */
  readonly code: string;
  /** The rule of the table that was broken, where it was one. */
  readonly constraint: string | undefined;
}

export function refusalOf(error: unknown): Refusal {
  const isNamed = typeof error === "object" && error !== null && "constraint" in error;
  const constraint = isNamed && typeof error.constraint === "string" ? error.constraint : undefined;
  return { code: errorCodeOf(error) ?? "unknown", constraint };
}

/** `23514, api_usage_attempt_check`. */
export function refusalText({ code, constraint }: Refusal): string {
  return constraint === undefined ? code : `${code}, ${constraint}`;
}

/** The same for the same row, so that one which is refused twice is kept once. */
export function letterName(row: string): string {
  return `${createHash("sha256").update(row).digest("hex").slice(0, 32)}.jsonl`;
}

/** @param row A line of row.ts, which is put in as it is. */
export function formatLetter(row: string, { code, constraint }: Refusal): string {
  const reason = JSON.stringify({ code, constraint });
  return `${reason.slice(0, -1)},"row":${row}}\n`;
}

/** The row of a letter; undefined when the text is none. */
export function rowOfLetter(text: string): string | undefined {
  const row = rowIn(text);
  return typeof row === "object" && row !== null ? JSON.stringify(row) : undefined;
}

function rowIn(text: string): unknown {
  try {
    const letter: { readonly row?: unknown } | null = JSON.parse(text);
    return letter?.row;
  } catch {
    return undefined;
  }
}
