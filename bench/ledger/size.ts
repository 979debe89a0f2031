/** What a row takes on the disk of Postgres, once nobody writes to it any more. */
import type { Server } from "./server.ts";
import { type BrandTags, calls } from "./traffic.ts";
import { WaitingRows } from "./waiting-rows.ts";

/** In bytes a row. */
export interface RowSize {
  readonly tags: BrandTags;
  readonly table: number;
  readonly indexes: number;
  /** The sums by hour and by day, with their indexes: these grow with hours, and not with rows. */
  readonly sums: number;
}

/** The largest partition, as that of a month just begun is empty. */
const SIZES = `
select
  max(pg_table_size(inhrelid))::float8 as table,
  max(pg_indexes_size(inhrelid))::float8 as indexes,
  (select sum(pg_total_relation_size(name::regclass))::float8
    from unnest(array['api_usage_hour', 'api_usage_day']) as name) as sums
from pg_inherits where inhparent = 'api_usage'::regclass`;

export async function rowSize(server: Server, tags: BrandTags, rows: number): Promise<RowSize> {
  const { pool } = await server.make(`size_${tags}`);
  await using waiting = await WaitingRows.of(calls(rows, tags), pool);
  await waiting.write();
  await pool.query("vacuum analyze");
  const result = await pool.query<Omit<RowSize, "tags">>(SIZES);
  const { table, indexes, sums } = result.rows[0]!;
  return { tags, table: table / rows, indexes: indexes / rows, sums: sums / rows };
}
