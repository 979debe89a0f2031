/** The ledger in a database like Supabase's, where whoever is logged in reaches Postgres himself. */
import { expect, test } from "vitest";

import { migrate } from "../../src/database/migrate.ts";
import {
  brandsSeen,
  claims,
  fillBrands,
  NOTHING,
  notRefused,
  only,
  partitionOf,
} from "../support/access.ts";
import { type TestDatabase, withEmptyDatabase } from "../support/database.ts";

test("who is logged in sees the brand of his token, and nobody else sees or adds anything", () =>
  withSupabase(async ({ pool }) => {
    await fillBrands(pool);
    const as = (role: string, settings: Readonly<Record<string, string>>) =>
      brandsSeen(pool, { role, ...settings });
    expect(await as("authenticated", claims({ brand: "acme" }))).toEqual(only("acme"));
    expect(await as("authenticated", claims({ brand_id: "globex" }))).toEqual(only("globex"));
    expect(await as("authenticated", claims({}))).toEqual(NOTHING);
    expect(await as("authenticated", { "spendspan.brand": "acme" })).toEqual(NOTHING);
    await expect(as("anon", claims({ brand: "acme" }))).rejects.toThrow("permission denied");
    // The backend's, which bypasses policies.
    expect(await as("service_role", {})).toEqual(only("acme", "globex"));
  }));

test("what is granted to everybody by default leads nowhere", () =>
  withSupabase(async ({ pool }) => {
    await fillBrands(pool);
    const partition = await partitionOf(pool);
    const attempts = [
      "insert into api_usage_hour select * from api_usage_hour",
      "update api_usage set estimated_cost_usd = 0",
      "delete from api_usage_day",
      "truncate api_usage",
      `truncate ${partition}`,
      "select from spendspan_migration",
      "select from api_usage_seal",
      "select from api_usage_reader",
      "select api_usage_add('')",
      "select api_usage_resource_entries('batches/1')",
      "select api_usage_seal_next_day()",
    ];
    const inRole = attempts.map((attempt) => `set local role authenticated; ${attempt}`);
    expect(await notRefused(pool, inRole)).toEqual([]);
    const seen = await pool.query(
      `set local role authenticated; select count(*)::int as count from ${partition}`,
    );
    expect(seen).toContainEqual(expect.objectContaining({ rows: [{ count: 0 }] }));
  }));

/** What Supabase has in every database: these roles and functions, and these default privileges. */
async function withSupabase(fn: (database: TestDatabase) => Promise<void>): Promise<void> {
  await withEmptyDatabase(async (database) => {
    const { pool } = database;
    await pool.query(
      `do $$ begin
         perform pg_advisory_xact_lock(1);
         if to_regrole('authenticated') is null then
           create role anon nologin;
           create role authenticated nologin;
           create role service_role nologin bypassrls;
         end if;
       end $$`,
    );
    await pool.query(
      `create schema auth;
       grant usage on schema auth to anon, authenticated, service_role;
       create function auth.jwt() returns jsonb language sql stable as $$
         select coalesce(nullif(current_setting('request.jwt.claim', true), ''),
           nullif(current_setting('request.jwt.claims', true), ''))::jsonb $$;
       create function auth.role() returns text language sql stable as $$
         select auth.jwt() ->> 'role' $$;
       alter default privileges in schema public
         grant all on tables to anon, authenticated, service_role;
       alter default privileges in schema public
         grant all on functions to anon, authenticated, service_role;`,
    );
    await migrate(pool);
    await fn(database);
  });
}
