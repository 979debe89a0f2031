-- 0003: brand_id and campaign_id refer to the app's tables brands and campaigns, where it has these.
--
-- Why so:
-- * What was spent stays, whoever is deleted: the reference becomes NULL, the tag and the cost don't.
-- * A row may arrive after its brand was deleted. It lands, without the reference, instead of failing
--   over and over. The brand that it finds is locked, so that it can't go before the row is there.
-- * A database without such tables pays nothing. Of one that gets them later, the owner calls
--   api_usage_add_references(), which keeps writers waiting while it looks at every row.
-- * An index leads to a brand's rows, else deleting one would read them all.
-- Locks: brands and campaigns, for an instant. The next ledger has no rows yet.

create function api_usage_forget_missing_brand() returns trigger
  language plpgsql set search_path from current as $$
begin
  perform from brands where id = new.brand_id for key share;
  if not found then
    new.brand_id := null;
  end if;
  return new;
end $$;

create function api_usage_forget_missing_campaign() returns trigger
  language plpgsql set search_path from current as $$
begin
  perform from campaigns where id = new.campaign_id for key share;
  if not found then
    new.campaign_id := null;
  end if;
  return new;
end $$;

-- Adds what can be added, and says what can't. To be called by the owner of api_usage.
create function api_usage_add_references(ledger text default 'api_usage') returns void
  language plpgsql set search_path from current as $$
declare
  noun text;
  named text;
begin
  if exists (select from pg_extension where extname = 'citus') then
    return;
  end if;
  foreach noun in array array['brand', 'campaign'] loop
    named := noun || 's';
    continue when to_regclass(named) is null or exists (
      select from pg_constraint
      where conrelid = ledger::regclass and conname = format('api_usage_%s_id_fkey', noun));
    begin
      -- Locking a row, as each insert will, takes the right to update it.
      if not (has_table_privilege(named, 'select') and has_table_privilege(named, 'update')) then
        raise insufficient_privilege using
          message = format('%s may not select from it and update it', current_user);
      end if;
      execute format(
        'create trigger api_usage_%1$s_id before insert on %2$I for each row
           when (new.%1$s_id is not null) execute function api_usage_forget_missing_%1$s()', noun, ledger);
      execute format(
        'update %3$I set %1$s_id = null where %1$s_id is not null
           and not exists (select from %2$s where id = %1$s_id)', noun, named, ledger);
      execute format(
        'create index api_usage_%1$s_id on %2$I (%1$s_id) where %1$s_id is not null', noun, ledger);
      execute format(
        'alter table %3$I add constraint api_usage_%1$s_id_fkey
           foreign key (%1$s_id) references %2$s (id) on delete set null', noun, named, ledger);
    exception when syntax_error_or_access_rule_violation then
      -- Another's table of that name, whose id is none of ours, or is not ours to refer to.
      raise warning 'api_usage.%_id refers to nothing: %: %', noun, named, sqlerrm;
    end;
  end loop;
end $$;

revoke execute on function
  api_usage_forget_missing_brand, api_usage_forget_missing_campaign, api_usage_add_references
  from public;

select api_usage_add_references('api_usage_next');
