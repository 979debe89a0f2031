-- 0008: who may see and do what.
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

-- Lets a role see the rows and sums for which a condition holds. What is the same in each row of a
-- condition stands in a subquery, which is evaluated once a statement.
create function api_usage_let_see(who regrole, condition text) returns void
  language plpgsql set search_path from current as $$
declare
  readable text;
begin
  foreach readable in array array['api_usage', 'api_usage_hour', 'api_usage_day'] loop
    execute format('grant select on %s to %s', readable, who);
    execute format('drop policy if exists %s on %s', who, readable);
    execute format('create policy %s on %s for select to %s using (%s)', who, readable, who, condition);
  end loop;
end $$;

create function api_usage_grant_access() returns void
  language plpgsql set search_path from current as $$
declare
  role_name text;
  ours regprocedure;
begin
  foreach role_name in array array['spendspan_writer', 'spendspan_reader', 'spendspan_admin'] loop
    begin
      if to_regrole(role_name) is null then
        execute format('create role %s nologin', role_name);
      end if;
    exception
      when duplicate_object or unique_violation then
        null; -- made at this moment for another database
      when insufficient_privilege then
        raise notice 'Role % is not there, and % may not make it: have a superuser call api_usage_grant_access()',
          role_name, current_user;
        continue;
    end;
    execute format('grant usage on schema %I to %s', current_schema, role_name);
    execute format('grant select on spendspan_migration to %s', role_name);
  end loop;

  -- On Supabase, all is granted to these by default.
  foreach role_name in array array['anon', 'authenticated'] loop
    continue when to_regrole(role_name) is null;
    execute format('revoke all on api_usage, api_usage_hour, api_usage_day, api_usage_seal,
      api_usage_reader, spendspan_migration from %s', role_name);
    for ours in
      select oid from pg_proc
        where pronamespace = current_schema::regnamespace and proname like 'api\_usage\_%'
    loop
      execute format('revoke all on function %s from %s', ours, role_name);
    end loop;
  end loop;

  if to_regrole('spendspan_writer') is not null then
    grant execute on function api_usage_add, api_usage_make_months_ahead, api_usage_resource_entries
      to spendspan_writer;
  end if;
  if to_regrole('spendspan_reader') is not null then
    grant execute on function api_usage_reader_brand to spendspan_reader;
    -- Citus refuses the subquery.
    perform api_usage_let_see('spendspan_reader', case
      when exists (select from pg_extension where extname = 'citus') then 'brand = api_usage_reader_brand()'
      else 'brand = (select api_usage_reader_brand())' end);
  end if;
  if to_regrole('spendspan_admin') is not null then
    grant execute on function api_usage_add, api_usage_make_months_ahead, api_usage_resource_entries,
      api_usage_line, api_usage_digests, api_usage_seal_after, api_usage_seal_next_day, api_usage_partition_of,
      api_usage_drop_partition
      to spendspan_admin;
    grant select on api_usage_seal to spendspan_admin;
    grant select, insert, update, delete on api_usage_reader to spendspan_admin;
    perform api_usage_let_see('spendspan_admin', 'true');
  end if;
  if to_regrole('authenticated') is not null
    and to_regprocedure('auth.role()') is not null and to_regprocedure('auth.jwt()') is not null
  then
    perform api_usage_let_see('authenticated', $condition$
      (select auth.role()) = 'authenticated' and brand = (
        select coalesce(claims ->> 'brand', claims ->> 'brand_id')
        from (select auth.jwt() -> 'app_metadata') as token (claims))
    $condition$);
  end if;
end $$;

revoke execute on function api_usage_reader_brand, api_usage_resource_entries, api_usage_let_see,
  api_usage_grant_access from public;

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
