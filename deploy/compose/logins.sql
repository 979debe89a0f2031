-- Logins of the ledger, made once, with the database. psql reads their passwords from the environment.
-- The roles that they are in get their rights with the schema, see migrations/0008_access.sql.
\getenv app_password APP_PASSWORD
\getenv serve_password SERVE_PASSWORD
\getenv grafana_password GRAFANA_LEDGER_PASSWORD

create role spendspan_writer nologin;
create role spendspan_admin nologin;

create role app login password :'app_password' in role spendspan_writer;
create role serve login password :'serve_password' in role spendspan_admin;

-- Reads the rows of all brands, whatever policies say, and writes none.
create role grafana login password :'grafana_password' bypassrls in role pg_read_all_data;
alter role grafana set default_transaction_read_only = on;
alter role grafana set statement_timeout = '30s';
