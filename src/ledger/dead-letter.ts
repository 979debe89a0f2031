/**
 * A row that Postgres refuses for what is in it, and why, as a line of JSON: small enough to read,
 * to mend by hand, and to be tried again.
 *
 * Postgres's message is left out. It quotes the row, in a form that no column's rule has passed.
 */
import { createHash } from "node:crypto";

import { errorCodeOf } from "../base/errors.ts";
import { lineOfRow, rowOfLine } from "./row-line.ts";

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
export function letterName(line: string): string {
  return `${createHash("sha256").update(line).digest("hex").slice(0, 32)}.jsonl`;
}

/** @param line Of row-line.ts. In the letter its fields have names, for whoever mends it. */
export function formatLetter(line: string, { code, constraint }: Refusal): string {
  return `${JSON.stringify({ code, constraint, row: rowOfLine(line) })}\n`;
}

/** The line of the row in a letter; undefined when the text is no letter. */
export function lineOfLetter(text: string): string | undefined {
  const row = rowIn(text);
  return typeof row === "object" && row !== null ? lineOfRow({ ...row }) : undefined;
}

function rowIn(text: string): unknown {
  try {
    const letter: { readonly row?: unknown } | null = JSON.parse(text);
    return letter?.row;
  } catch {
    return undefined;
  }
}
