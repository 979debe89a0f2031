/**
 * The schema as the migrations leave it, beside a copy of it for review: `vitest --update` writes it.
 *
 * Partitions are left out, as there is one for each month. Nor does the text tell versions of Postgres
 * apart: from 18 on, NOT NULL is a constraint as well.
 */
import { expect, test } from "vitest";

import { withDatabase } from "../support/database.ts";

const OURS = `with ours as (
  select oid, relname, relrowsecurity, relacl, relowner, reloptions from pg_class
  where relnamespace = current_schema::regnamespace and relkind in ('r', 'p') and not relispartition
)`;

const PARTS: Readonly<Record<string, string>> = {
  tables: `select concat_ws(' ', relname, array_to_string(reloptions, ', '),
      case when relrowsecurity then '(row level security)' end)
    from ours order by relname`,
  columns: `select concat_ws(' ', relname || '.' || attname, format_type(atttypid, atttypmod),
      case when attnotnull then 'not null' end,
      case attgenerated when 's' then 'generated as' else case when atthasdef then 'default' end end,
      pg_get_expr(adbin, adrelid))
    from ours
    join pg_attribute on attrelid = ours.oid and attnum > 0 and not attisdropped
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
    order by relname, attnum`,
  constraints: `select concat_ws(' ', relname || '.' || conname, pg_get_constraintdef(pg_constraint.oid))
    from ours join pg_constraint on conrelid = ours.oid and contype <> 'n'
    order by relname, conname`,
  indexes: `select replace(pg_get_indexdef(indexrelid), ' ON ONLY public.', ' ON public.')
    from ours join pg_index on indrelid = ours.oid
    order by indexrelid::regclass::text`,
  triggers: `select pg_get_triggerdef(pg_trigger.oid)
    from ours join pg_trigger on tgrelid = ours.oid and not tgisinternal
    order by relname, tgname`,
  policies: `select concat_ws(' ', relname || '.' || polname, 'for', polcmd, 'to', polroles::regrole[],
      'using', pg_get_expr(polqual, polrelid))
    from ours join pg_policy on polrelid = ours.oid
    order by relname, polname`,
  functions: `select concat_ws(' ', proname || '(' || pg_get_function_arguments(oid) || ')',
      'returns', pg_get_function_result(oid), case when prosecdef then 'security definer' end,
      array_to_string(proconfig, ', '))
    from pg_proc where pronamespace = current_schema::regnamespace
    order by proname`,
  grants: `select concat_ws(' ', object, 'to', coalesce(nullif(grantee, 0)::regrole::text, 'public'),
      string_agg(privilege_type, ', ' order by privilege_type))
    from (
      select relname as object, relowner as owner, relacl as acl from ours
      union all
      select proname || '()', proowner, coalesce(proacl, acldefault('f', proowner)) from pg_proc
      where pronamespace = current_schema::regnamespace
    ) as granted, aclexplode(acl)
    where grantee <> owner
    group by object, grantee
    order by object, grantee::regrole::text`,
};

test("the schema is the one that was reviewed", () =>
  withDatabase(async ({ pool }) => {
    const parts: string[] = [];
    for (const [title, statement] of Object.entries(PARTS)) {
      const { rows } = await pool.query({ text: `${OURS} ${statement}`, rowMode: "array" });
      parts.push([`# ${title}`, ...rows.map(([line]) => String(line)), ""].join("\n"));
    }
    await expect(parts.join("\n")).toMatchFileSnapshot("schema.txt");
  }));
