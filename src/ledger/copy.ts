/**
 * Copies the rows of one ledger into another, month by month, and never changes the first.
 *
 * Rows go through the function that every writer uses, so the sums of the second come out right, and
 * rows that are there already stay as they are: a copy that broke off is simply begun again, and passes
 * over months that are the same on both sides. Rows travel as text, so no digit of them is rounded on
 * the way. All is copied but `ingested_at`, which says when a row came into the ledger that it is in.
 */
import type { Pool } from "pg";

import { SpendspanError } from "../base/errors.ts";
import { inTransaction } from "../database/pool.ts";
import { copySums } from "./copy-sums.ts";
import {
  byStart,
  compared,
  hasSameRows,
  type Month,
  type MonthComparison,
  monthsOf,
} from "./month.ts";

export interface CopyOptions {
  readonly from: Pool;
  readonly to: Pool;
  /** Ends it between two batches. */
  readonly signal: AbortSignal;
  /** Told every now and then how many rows of a large month are done. */
  readonly onProgress: (month: Month, rows: number) => void;
  /** Told of each month that is done, and of the rows of it that the other ledger had not. */
  readonly onMonth: (month: Month, addedRows: number) => void;
}

interface Batch {
  readonly rows: number;
  /** Each row as a line of row-line.ts, in the order in which they may be added; see NEXT. */
  readonly rounds: readonly (readonly string[])[];
  /** Behind which row the next batch begins. */
  readonly end: Place | undefined;
}

interface Place {
  readonly brand: string;
  readonly created_at: string;
}

interface Row extends Place {
  readonly line: string;
  readonly round: number;
}

const BATCH_ROWS = 1_000;
const BATCHES_A_LINE = 100;
const TIMEOUT_MS = 60_000;
const START: Place = { brand: "", created_at: "-infinity" };

/**
 * With ties: all rows of one brand and moment come together, and so a row with its adjustments. The
 * last of these is told by when it came, so each of them is added in a transaction later than the one
 * before, by its `round`.
 */
const NEXT = `
with batch as (
  select api_usage.* from api_usage
  where created_at >= $1::timestamptz and created_at < $2::timestamptz
    and (brand, created_at) > ($3::text, $4::timestamptz)
  order by brand, created_at
  fetch first ${BATCH_ROWS} rows with ties
)
select brand, created_at::text, api_usage_line(batch) as line,
  case when adjusts_id is null then 0
    else row_number() over (partition by adjusts_id order by ingested_at, id) end::integer as round
from batch
order by batch.brand, batch.created_at, id`;

const ADD = "select api_usage_add($1)::float8 as added";

/** Results of a job are one row whoever fetched them, under the brand and time of whoever was first. */
const MISSING = `
with line as (
  select field[1]::uuid as id, field[4] as brand, field[2]::timestamptz as created_at,
    field[17] as resource_name, field[26]::numeric as estimated_cost_usd
  from string_to_table($1, E'\\n') as added
  cross join lateral (select string_to_array(added, E'\\t', '') as field offset 0) as cut
), missing as (
  select id, resource_name
  from line
  where id not in (
    select line.id
    from line
    join api_usage as known
      on known.brand = line.brand and known.created_at = line.created_at and known.id = line.id
      and known.estimated_cost_usd is not distinct from line.estimated_cost_usd
  )
)
select count(*)::float8 as missing
from missing
where id not in (
  select missing.id
  from missing
  join api_usage as known on known.resource_name = missing.resource_name and known.id = missing.id
)`;

/**
 * Copies what is missing, and compares the two ledgers when all is copied.
 *
 * @returns Each month of the first, and how it compares; `undefined` when `signal` ended it before.
 * @throws SpendspanError `ERR_DATABASE` when a row can't be copied, as the other ledger has one of the
 *   same key at another cost.
 */
export async function copyLedger(
  options: CopyOptions,
): Promise<readonly MonthComparison[] | undefined> {
  const { from, to, signal, onMonth } = options;
  const there = byStart(await monthsOf(to));
  const months = await monthsOf(from);
  for (const month of months) {
    if (signal.aborted) return undefined;
    const isThere = hasSameRows(month, there.get(month.start));
    const addedRows = isThere ? 0 : await copyMonth(options, month);
    if (month.rows === 0) await copySums(from, to, month);
    if (!signal.aborted) onMonth(month, addedRows);
  }
  return signal.aborted ? undefined : compared(months, await monthsOf(from), await monthsOf(to));
}

async function copyMonth(options: CopyOptions, month: Month): Promise<number> {
  const { from, to, signal, onProgress } = options;
  let [batches, rows, addedRows] = [0, 0, 0];
  let place: Place | undefined = START;
  while (place !== undefined && !signal.aborted) {
    const batch: Batch = await readBatch(from, month, place);
    for (const lines of batch.rounds) addedRows += await addLines(to, lines);
    place = batch.end;
    rows += batch.rows;
    if (++batches % BATCHES_A_LINE === 0) onProgress(month, rows);
  }
  return addedRows;
}

async function readBatch(from: Pool, { start, end }: Month, after: Place): Promise<Batch> {
  return inTransaction(from, { timeoutMs: TIMEOUT_MS, readOnly: true }, async (client) => {
    const { rows } = await client.query<Row>(NEXT, [start, end, after.brand, after.created_at]);
    const rounds = Map.groupBy(rows, ({ round }) => round);
    return {
      rows: rows.length,
      rounds: [...rounds.keys()]
        .toSorted((one, other) => one - other)
        .map((round) => (rounds.get(round) ?? []).map(({ line }) => line)),
      end: rows.length < BATCH_ROWS ? undefined : rows.at(-1),
    };
  });
}

/** @returns How many were not there yet. */
async function addLines(to: Pool, lines: readonly string[]): Promise<number> {
  return inTransaction(to, { timeoutMs: TIMEOUT_MS }, async (client) => {
    const text = lines.join("\n");
    const added = await client.query<{ added: number }>(ADD, [text]);
    const { rows } = await client.query<{ missing: number }>(MISSING, [text]);
    const missing = rows[0]?.missing ?? 0;
    if (missing === 0) return added.rows[0]?.added ?? 0;
    const rule = "Expected rows of one id to have one cost in both ledgers";
    throw new SpendspanError("ERR_DATABASE", `${rule}: ${missing} have another in the second`);
  });
}
