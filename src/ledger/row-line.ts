/**
 * A row of `api_usage` as one line of text: its fields in a fixed order, with a tab between two, an empty
 * one for NULL. So it lies in the journal, and so `api_usage_add` takes it (see migrations): nothing is
 * turned into anything else on the way. Of objects, Postgres would look up 39 names in each row, which
 * takes it as long as storing them.
 */
import type { UsageRecord } from "../usage/record.ts";
import { COLUMNS, rowOf, type UsageRow } from "./row.ts";

/** New ones only ever come at the end: a line of an older version lacks them, which is NULL. */
const FIELDS = Object.keys(COLUMNS);
/** A tab or a line end would end the field, or the line; Postgres's text knows no NUL. */
const CONTROL = /[^ -~\u00a0-\uffff]/;
const CONTROLS = new RegExp(CONTROL, "g");

/** Unknown values are empty, and so become NULL. Control characters become spaces. */
export function lineOf(record: UsageRecord): string {
  return lineOfRow(rowOf(record));
}

/** Likewise for a call under way: how long it will take is not known. */
export function startLineOf(record: UsageRecord): string {
  return lineOfRow({ ...rowOf(record), request_duration_ms: undefined });
}

/** @param row By column, as `rowOf` or `rowOfLine` has it. What is no column is left out. */
export function lineOfRow(row: UsageRow | { readonly [column: string]: unknown }): string {
  const values: { readonly [column: string]: unknown } = row;
  let line = "";
  for (const column of FIELDS) line += fieldOf(values[column]) + "\t";
  return line.slice(0, -1);
}

/** What is known of a row, by column, as text. */
export function rowOfLine(line: string): { readonly [column: string]: string } {
  const texts = line.split("\t");
  const known = FIELDS.map((column, at) => [column, texts[at] ?? ""]);
  return Object.fromEntries(known.filter(([, text]) => text !== ""));
}

function fieldOf(value: unknown): string {
  if (typeof value === "string") return cleanText(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return value === undefined || value === null ? "" : JSON.stringify(value, clean);
}

function clean(_key: string, value: unknown): unknown {
  return typeof value === "string" ? cleanText(value) : value;
}

/** Nor does Postgres know half a surrogate pair. */
function cleanText(text: string): string {
  return (CONTROL.test(text) ? text.replace(CONTROLS, " ") : text).toWellFormed();
}
