-- 0010: who may see and do what.
--
-- Why so:
-- * spendspan_writer may call the functions that add rows, and nothing else: an app whose password
--   leaks shows nothing that was spent. spendspan_reader sees the rows and sums of its brand.
--   spendspan_admin sees all, seals, reprices and drops old months. Nobody but the owner has any right
--   to insert, update or delete.
-- * All three are roles to be a member of; logins are the user's to make. The owner is bound by no policy.
-- * Roles belong to the server. A migration that may not make them leaves that to api_usage_grant_access(),
--   which can be called again, by the owner or a superuser, at any time.
-- * Supabase grants all that is made in its schemas to everybody who is logged in, and to everybody who
--   isn't. That is taken back; who is logged in sees the brand of his token.
-- * A function that works with the owner's rights must not find a table that its caller has put before
--   ours. Temporary ones come first, unless the path says last.
-- Locks: the tables, for an instant.

create table api_usage_reader (
  login name primary key,
  brand text not null
);

comment on table api_usage_reader is
  'Logins that see this brand, whatever they claim. Any other reader says which brand it reads for: for those that are programs, and may be trusted to.';

-- For whom the session reads; NULL is nobody, who sees nothing.
create function api_usage_reader_brand() returns text
  language plpgsql stable security definer set search_path from current as $$
declare
  given text;
  claims jsonb;
begin
  select brand into given from api_usage_reader where login = session_user;
  given := coalesce(given, nullif(current_setting('spendspan.brand', true), ''));
  if given is null then
    claims := nullif(current_setting('request.jwt.claims', true), '')::jsonb -> 'app_metadata';
    given := coalesce(claims ->> 'brand', claims ->> 'brand_id');
  end if;
  return given;
exception when data_exception then
  return null; -- claims that are no JSON
end $$;

-- What tells how a resource began and what was booked for it, so that who only writes can go on with a
-- batch or a cache of another process: for those who know its name. See src/ledger/resource-history.ts.
create function api_usage_resource_entries(name text) returns setof api_usage
  language sql stable security definer set search_path from current as $$
  select * from api_usage
    where resource_name = name
      and (entry in ('job', 'storage')
        or entry = 'call' and line_items @> '[{"item": "cache_token_second"}]')
$$;

alter table api_usage_hour enable row level security;
alter table api_usage_day enable row level security;

create function api_usage_grant_access() returns void
  language plpgsql set search_path from current as $$
declare
  tables constant text[] := array['api_usage', 'api_usage_hour', 'api_usage_day'];
  is_supabase constant boolean := to_regprocedure('auth.jwt()') is not null
    and to_regprocedure('auth.role()') is not null and to_regrole('authenticated') is not null;
  role_name text;
  statement text;
begin
  foreach role_name in array array['spendspan_writer', 'spendspan_reader', 'spendspan_admin'] loop
    begin
      if to_regrole(role_name) is null then
        execute format('create role %I nologin', role_name);
      end if;
    exception
      when duplicate_object or unique_violation then
        null; -- made at this moment for another database
      when insufficient_privilege then
        raise notice 'Role % is not there, and % may not make it: have a superuser call api_usage_grant_access()',
          role_name, current_user;
    end;
  end loop;

  -- Taken from everybody, and on Supabase from those whom it grants all by default.
  for statement in
    select format('revoke all on %s %s from %I', kind, object, role)
      from (
        select 'table', oid::regclass::text from pg_class
          where relnamespace = current_schema::regnamespace
            and relname in ('api_usage', 'api_usage_hour', 'api_usage_day', 'api_usage_seal',
              'api_usage_reader', 'spendspan_migration')
        union all
        select 'function', oid::regprocedure::text from pg_proc
          where pronamespace = current_schema::regnamespace and proname like 'api\_usage\_%'
      ) as granted (kind, object)
      cross join (values ('anon'), ('authenticated')) as wide (role)
      where to_regrole(role) is not null
  loop
    execute statement;
  end loop;

  for role_name, statement in
    select grantee, format(granted || ' to %s', grantee)
      from (values
        ('spendspan_writer', 'grant select on spendspan_migration'),
        ('spendspan_writer', 'grant execute on function api_usage_add, api_usage_resource_entries, api_usage_make_months_ahead'),
        ('spendspan_reader', 'grant select on api_usage, api_usage_hour, api_usage_day, spendspan_migration'),
        ('spendspan_reader', 'grant execute on function api_usage_reader_brand'),
        ('spendspan_admin', 'grant select on api_usage, api_usage_hour, api_usage_day, api_usage_seal, api_usage_reader, spendspan_migration'),
        ('spendspan_admin', 'grant insert, update, delete on api_usage_reader'),
        ('spendspan_admin', 'grant execute on function api_usage_add, api_usage_resource_entries, api_usage_make_months_ahead, api_usage_digests, api_usage_seal_after, api_usage_seal_next_day, api_usage_drop_partition, api_usage_partition_of')
      ) as rights (grantee, granted)
    union all
    select grantee, format('grant usage on schema %I to %s', current_schema, grantee)
      from unnest(array['spendspan_writer', 'spendspan_reader', 'spendspan_admin']) as grantee
    union all
    select 'authenticated', format('grant select on %I to authenticated', table_name)
      from unnest(tables) as table_name
      where is_supabase
  loop
    continue when to_regrole(role_name) is null;
    execute statement;
  end loop;

  -- In each policy the brand stands in a subquery, which is evaluated once a statement, not once a row.
  for role_name, statement in
    select grantee, format('create policy %s on %I for select to %s using (%s)',
        grantee, table_name, grantee, condition)
      from unnest(tables) as table_name
      cross join (values
        ('spendspan_reader', 'brand = (select api_usage_reader_brand())'),
        ('spendspan_admin', 'true'),
        ('authenticated', '(select auth.role()) = ''authenticated'' and brand = (select coalesce(auth.jwt() -> ''app_metadata'' ->> ''brand'', auth.jwt() -> ''app_metadata'' ->> ''brand_id''))')
      ) as policy (grantee, condition)
      where (grantee <> 'authenticated' or is_supabase) and not exists (
        select from pg_policy where polrelid = table_name::regclass and polname = grantee)
  loop
    continue when to_regrole(role_name) is null;
    execute statement;
  end loop;
end $$;

revoke execute on function
  api_usage_reader_brand, api_usage_resource_entries, api_usage_grant_access from public;

do $$
declare
  secured regprocedure;
begin
  for secured in
    select oid from pg_proc
      where pronamespace = current_schema::regnamespace and proname like 'api\_usage\_%'
        and proconfig is not null
  loop
    execute format('alter function %s set search_path = %s, pg_temp',
      secured, current_setting('search_path'));
  end loop;
end $$;

select api_usage_grant_access();
