/** `spendspan migrate`: brings the ledger's schema up to date. */
import { messageOf } from "../base/errors.ts";
import { distribute, installCitus } from "../database/citus.ts";
import { migrate } from "../database/migrate.ts";
import { makeMonthsAhead } from "../ledger/months-ahead.ts";
import type { Command } from "./command.ts";
import { DATABASE_FLAGS, withLedgerPool } from "./ledger-pool.ts";

export const migrateCommand: Command = {
  name: "migrate",
  summary: "Bring the ledger's schema up to date; safe to run anywhere, any number of times",
  flags: {
    ...DATABASE_FLAGS,
    citus: {
      help: "Spread the ledger over a Citus cluster, by brand (not run on one yet: see docs/scale.md)",
    },
  },
  run: (flags, terminal) =>
    withLedgerPool(flags, terminal, async (pool) => {
      if (flags.isSet("citus")) await installCitus(pool);
      const applied = await migrate(pool);
      for (const name of applied) terminal.print(`Applied ${name}`);
      if (applied.length === 0) terminal.print("Nothing to do: the schema is up to date");
      if (flags.isSet("citus")) await distribute(pool, (sentence) => terminal.print(sentence));
      await makeMonthsAhead(pool).catch((error: unknown) => {
        // Of a role that may do no more than look: rows make their months by need.
        terminal.complain(`Partitions of the next months were not made: ${messageOf(error)}`);
      });
    }),
};
