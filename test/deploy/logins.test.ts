/** The logins of docker-compose.yml, with which its processes do their work and nothing else. */
import { expect, test } from "vitest";

import { errorCodeOf } from "../../src/base/errors.ts";
import { openPool } from "../../src/database/pool.ts";
import { withDatabase, type TestDatabase } from "../support/database.ts";
import { KeptLogger } from "../support/logger.ts";
import { startScript } from "../support/script.ts";
import { textOf } from "./parsed.ts";

const LOGINS = ["app", "serve", "grafana"];
const INSUFFICIENT_PRIVILEGE = "42501";
const READ_ONLY_TRANSACTION = "25006";

const SERVE = `
process.argv = [process.argv[0], "spendspan", "serve", "--port", "0"];
await import("./bin/spendspan.js");`;

/** As psql runs the file, but for the roles that the schema of the tests has made already. */
function statements(): string {
  return textOf("deploy/compose/logins.sql")
    .split("\n")
    .filter((line) => !line.startsWith("\\") && !/^create role \w+ nologin;$/.test(line))
    .join("\n")
    .replaceAll(/:'(\w+)'/g, "'$1'");
}

async function withLogins(fn: (database: TestDatabase) => Promise<void>): Promise<void> {
  await withDatabase(async (database) => {
    await database.pool.query(statements());
    try {
      await fn(database);
    } finally {
      await database.pool.query(`drop role ${LOGINS.join(", ")}`);
    }
  });
}

function urlFor(login: string, { url }: TestDatabase): string {
  return Object.assign(new URL(url), { username: login, password: `${login}_password` }).href;
}

/** What becomes of statements on one connection: the count that the last one gives, or its error. */
async function outcome(url: string, ...queries: readonly string[]): Promise<unknown> {
  const pool = await openPool({ url, logger: new KeptLogger(), maxConnections: 1 });
  try {
    let rows: readonly { readonly count?: string }[] = [];
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    for (const query of queries) ({ rows } = await pool.query(query));
    return rows[0]?.count;
  } catch (error) {
    return errorCodeOf(error);
  } finally {
    await pool.end();
  }
}

test("the app adds rows, `spendspan serve` shows them, and Grafana reads them", () =>
  withLogins(async (database) => {
    const app = startScript(`await import("./examples/container/main.ts");`, {
      env: {
        DATABASE_URL: urlFor("app", database),
        SPENDSPAN_AUTO_MIGRATE: "false",
        SPENDSPAN_PORT: "0",
      },
    });
    await app.printed("Metrics are at");
    const grafana = urlFor("grafana", database);
    const count = "select count(*) from api_usage where brand = 'aurora-hotels'";
    const counted = async () => Number(await outcome(grafana, count));
    await expect.poll(counted).toBeGreaterThan(0);
    app.signal("SIGTERM");
    expect(await app.ended).toMatchObject({ code: 0, stderr: "" });

    const server = startScript(SERVE, { env: { DATABASE_URL: urlFor("serve", database) } });
    const [url] = /http\S+/.exec(await server.printed("Listening on")) ?? [];
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('api_usage_period_cost_usd{brand="aurora-hotels",period="month"}');
    server.signal("SIGTERM");
    expect(await server.ended).toMatchObject({ code: 0, stderr: "" });
  }));

test("the app's login reads nothing, and Grafana's writes nothing", () =>
  withLogins(async (database) => {
    const grafana = urlFor("grafana", database);
    const remove = "delete from api_usage";
    expect(await outcome(urlFor("app", database), "select count(*) from api_usage")).toBe(
      INSUFFICIENT_PRIVILEGE,
    );
    expect(await outcome(grafana, "select count(*) from api_usage")).toBe("0");
    expect(await outcome(grafana, remove)).toBe(READ_ONLY_TRANSACTION);
    expect(await outcome(grafana, "set default_transaction_read_only = off", remove)).toBe(
      INSUFFICIENT_PRIVILEGE,
    );
  }));
