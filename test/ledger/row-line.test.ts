import { expect, test } from "vitest";

import { COLUMNS } from "../../src/ledger/row.ts";
import { lineOf, lineOfRow, rowOfLine, startLineOf } from "../../src/ledger/row-line.ts";
import { withDatabase } from "../support/database.ts";
import { aFullRecord, store } from "../support/ledger-rows.ts";
import { aRecord } from "../support/record.ts";

test("each field lands in the column of its name", () =>
  withDatabase(async ({ pool }) => {
    const record = aFullRecord();
    await store(pool, record);
    const { rows } = await pool.query<{ row: Readonly<Record<string, unknown>> }>(
      "select to_jsonb(usage) as row from api_usage as usage",
    );
    const { row } = rows[0]!;
    const line = rowOfLine(lineOf(record));
    expect(Object.keys(line)).toHaveLength(39);
    for (const [column, text] of Object.entries(line)) {
      expect([column, row[column]]).toEqual([column, asJson(column, text)]);
    }
  }));

/** As `to_jsonb` has it. */
function asJson(column: string, text: string): unknown {
  if (column === "created_at") return "2026-11-24T12:00:00+00:00";
  if (column === "trace_id" || column === "span_id") return `\\x${text}`;
  const isText = COLUMNS[column as keyof typeof COLUMNS] === "text" || /^\w+-/.test(text);
  return isText ? text : JSON.parse(text);
}

test("what is not known is empty, and NULL", () => {
  const line = lineOf(aRecord({ tokens: undefined, campaign: undefined }));
  expect(rowOfLine(line)).not.toHaveProperty("input_tokens");
  expect(rowOfLine(line)).not.toHaveProperty("campaign");
});

test("the line of a call under way has no duration yet", () => {
  const { request_duration_ms: _, ...others } = rowOfLine(lineOf(aRecord({ id: "1" })));
  expect(rowOfLine(startLineOf(aRecord({ id: "1" })))).toEqual(others);
});

test("text that Postgres or a line cannot hold is cleaned, all other text is kept", () => {
  const model = "a\0b \ud800 c";
  const errorMessage = 'é "quoted" \\u0000 \t tab \n 😀';
  const variant = "1\0K \ud800";
  const items = [{ kind: "image", quantity: 1, variant, cost: undefined } as const];
  const line = lineOf(aRecord({ model, errorMessage, items }));
  expect(line).not.toMatch(/[\r\n]/);
  const row = rowOfLine(line);
  expect(row["model"]).toBe("a b \ufffd c");
  expect(row["error_message"]).toBe('é "quoted" \\u0000   tab   😀');
  expect(row["line_items"]).toContain('"variant":"1 K \ufffd"');
});

test("a line can be taken apart and put together again", () => {
  const line = lineOf(aFullRecord());
  expect(lineOfRow(rowOfLine(line))).toBe(line);
});
