/** What every command is made of, and how its help is written. */
import type { Flags, FlagSpecs } from "./flags.ts";
import { alignedRows } from "./table.ts";
import type { Terminal } from "./terminal.ts";

export interface Command {
  readonly name: string;
  /** What it is for, in one line. */
  readonly summary: string;
  readonly flags: FlagSpecs;
  /** @throws UsageError when the flags make no sense; whatever else keeps it from its work. */
  run(flags: Flags, terminal: Terminal): Promise<void>;
}

/** How to call one command. */
export function usageOf({ name, summary, flags }: Command): string {
  const rows = Object.entries(flags).map(([flag, { value, help }]) => [
    `  --${flag}${value === undefined ? "" : ` ${value}`}`,
    help,
  ]);
  return [`Usage: spendspan ${name} [flags]`, "", summary, "", ...alignedRows(rows)].join("\n");
}

/** All commands, each in a line. */
export function overviewOf(commands: readonly Command[]): string {
  const rows = [
    ...commands.map(({ name, summary }) => [`  ${name}`, summary]),
    ["  help [command]", "Say how to call it"],
    ["  version", "Print the version"],
  ];
  return ["Usage: spendspan <command> [flags]", "", ...alignedRows(rows)].join("\n");
}
