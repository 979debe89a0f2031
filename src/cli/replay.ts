/** `spendspan replay`: tries the rows again that Postgres refused for what is in them. */
import { resolveConfig } from "../config/resolve.ts";
import { DeadLetterBox } from "../ledger/dead-letter-box.ts";
import { replayDeadLetters, type ReplayReport } from "../ledger/dead-letter-replay.ts";
import type { Command } from "./command.ts";
import { counted, grouped } from "./counts.ts";
import { DATABASE_FLAGS, withLedgerPool } from "./ledger-pool.ts";
import { table } from "./table.ts";

export const replayCommand: Command = {
  name: "replay",
  summary: "Try the rows again that Postgres refused for what is in them",
  flags: {
    "dry-run": { help: "Say what would be stored, and store nothing" },
    ...DATABASE_FLAGS,
  },
  run: async (flags, terminal) => {
    const { dataDir } = resolveConfig({}, terminal.environment);
    const box = new DeadLetterBox(dataDir);
    if ((await box.names()).length === 0) {
      terminal.print(`Nothing to do: no rows wait in ${box.directory}`);
      return;
    }
    await withLedgerPool(flags, terminal, async (pool) => {
      const dryRun = flags.isSet("dry-run");
      terminal.print(replayText(await replayDeadLetters(box, pool, dryRun), box.directory, dryRun));
    });
  },
};

function replayText({ stored, staying }: ReplayReport, directory: string, dryRun: boolean): string {
  const done = dryRun
    ? `${counted(stored, "row")} would be stored; dry run: nothing was`
    : `${counted(stored, "row")} stored`;
  if (staying.length === 0) return done;
  const columns = [
    { title: "Rows", align: "right" },
    { title: "Refused for", align: "left" },
    { title: "For example", align: "left" },
  ] as const;
  const rows = staying.map(({ reason, letters }) => [
    grouped(letters.length),
    reason,
    letters[0] ?? "",
  ]);
  return [done, "", `Still in ${directory}:`, table(columns, rows)].join("\n");
}
