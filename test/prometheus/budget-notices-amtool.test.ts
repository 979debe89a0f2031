/**
 * From a row in the ledger to the message that wakes somebody: Postgres, replicas of `spendspan serve`,
 * Prometheus and Alertmanager, all real.
 *
 * A day stands for the month here: to gauges and rules they differ by a label alone. It ends when the
 * brand moves to a time zone in which it was midnight just now.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { withDatabase } from "../support/database.ts";
import { store } from "../support/ledger-rows.ts";
import { startAlertmanager, startPrometheus, valuesOf } from "../support/monitoring.ts";
import { aRecord } from "../support/record.ts";
import { type Script, startScript } from "../support/script.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { promptly, startNoticeBoard } from "./notice-board.ts";

const HOUR_MS = 3_600_000;
const DOLLAR = 1_000_000_000_000n;
const SERVE = `
process.argv.splice(1, 1, "spendspan", "serve", "--port", process.env.PORT);
await import("./bin/spendspan.js");`;

interface Replica {
  readonly script: Script;
  readonly host: string;
  readonly port: string;
}

interface ReplicaSettings {
  readonly databaseUrl: string;
  readonly budgetsFile: string;
  readonly port?: string;
}

async function startReplica(settings: ReplicaSettings): Promise<Replica> {
  const env = {
    DATABASE_URL: settings.databaseUrl,
    SPENDSPAN_BUDGETS_FILE: settings.budgetsFile,
    SPENDSPAN_LEDGER_REFRESH_INTERVAL_MS: "1000",
    PORT: settings.port ?? "0",
  };
  const script = startScript(SERVE, { env });
  const [, url = ""] = (await script.printed("\n")).match(/^Listening on (.+)$/m) ?? [];
  const { host, port } = new URL(url);
  return { script, host, port };
}

/** Ten dollars a day for either brand, and a warning at eight. */
function writeBudgets(path: string, timeZone: string): void {
  const budget = { period: "day", amountUsd: "10.00", timeZone };
  const budgets = ["acme", "globex"].map((brand) => ({ brand, ...budget }));
  writeFileSync(path, JSON.stringify(budgets));
}

/** The time zone of whole hours that has `hour` on its clocks when UTC has `utcHour`. */
function zoneWhereItIs(hour: number, utcHour: number): string {
  const ahead = hour - utcHour;
  const eastward = ahead < -12 ? ahead + 24 : ahead;
  // These names count westward.
  return `Etc/GMT${eastward > 0 ? "-" : "+"}${Math.abs(eastward)}`;
}

test(
  "a budget warns once and pages once, however many replicas tell of it, until its period is over",
  () =>
    withDatabase(async ({ pool, url: databaseUrl }) => {
      const nowMs = Date.now();
      const utcHour = new Date(nowMs).getUTCHours();
      const midnightMs = nowMs - (nowMs % HOUR_MS);
      const spend = (brand: string, dollars: bigint, startedAtMs = midnightMs - 1) =>
        store(pool, aRecord({ brand, cost: dollars * DOLLAR, startedAtMs }));
      const budgetsFile = join(temporaryDirectory(), "budgets.json");
      writeBudgets(budgetsFile, zoneWhereItIs(12, utcHour));

      const settings = { databaseUrl, budgetsFile };
      const one = await startReplica(settings);
      const others = await Promise.all([startReplica(settings), startReplica(settings)]);
      const ledgers = [one, ...others].map(({ host }) => host);
      await using board = await startNoticeBoard();
      await using alertmanager = await startAlertmanager((text) => promptly(text, board.url));
      await using prometheus = await startPrometheus({ ledgers, alertmanager });
      const replicas = () => valuesOf(prometheus, "count by (brand) (api_usage_budget_usd)");
      await expect.poll(replicas).toEqual({ acme: 3, globex: 3 });

      await spend("acme", 8n);
      const warned = ["firing: BudgetNearlyExhausted"];
      await expect.poll(() => board.told("finops", "acme")).toEqual(warned);
      expect(board.lastWords("finops", "acme")).toBe(
        "Brand acme has spent $8.00 of the $10.00 it has for this day, and a warning is set at $8.00.",
      );

      await spend("acme", 2n);
      const paged = ["firing: BudgetExhausted"];
      await expect.poll(() => board.told("pager", "acme")).toEqual(paged);
      expect(board.lastWords("pager", "acme")).toBe(
        "Brand acme has spent $10.00 of the $10.00 it has for this day (100%).",
      );

      one.script.signal("SIGTERM");
      await one.script.ended;
      await expect.poll(replicas).toEqual({ acme: 2, globex: 2 });
      await startReplica({ ...settings, port: one.port });
      await expect.poll(replicas).toEqual({ acme: 3, globex: 3 });

      // Once this has come all the way, so has whatever else there was to tell of acme.
      await spend("globex", 8n);
      await expect.poll(() => board.told("finops", "globex")).toEqual(warned);
      expect(board.told("pager", "acme")).toEqual(paged);
      expect(board.told("finops", "acme")).toEqual([...warned, ...paged]);

      writeBudgets(budgetsFile, zoneWhereItIs(0, utcHour));
      const over = [...paged, "resolved: BudgetExhausted"];
      await expect.poll(() => board.told("pager", "acme")).toEqual(over);
      await expect
        .poll(() => board.told("finops", "acme").at(-1))
        .toMatch(/^resolved: .*BudgetExhausted/);

      await spend("acme", 8n, midnightMs);
      await expect.poll(() => board.told("finops", "acme").at(-1)).toBe(warned[0]);
      expect(board.told("pager", "acme")).toEqual(over);
    }),
  90_000,
);
