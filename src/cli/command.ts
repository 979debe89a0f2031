/** What every command is made of, and how its help is written. */
import type { Flags, FlagSpecs } from "./flags.ts";
import { alignedRows } from "./table.ts";
import type { Terminal } from "./terminal.ts";

export interface Command {
  readonly name: string;
  /** What it is for, in one line. */
  readonly summary: string;
  /** What may stand behind its name. */
  readonly argument?: { readonly name: string; readonly help: string };
  readonly flags: FlagSpecs;
  /** @throws UsageError when the flags make no sense; whatever else keeps it from its work. */
  run(flags: Flags, terminal: Terminal): Promise<void>;
}

/** How to call one command. */
export function usageOf({ name, summary, argument, flags }: Command): string {
  const shown = argument === undefined ? [] : [`[${argument.name}]`];
  const rows = [
    ...(argument === undefined ? [] : [[`  [${argument.name}]`, argument.help]]),
    ...Object.entries(flags).map(([flag, { value, help }]) => [
      `  --${flag}${value === undefined ? "" : ` ${value}`}`,
      help,
    ]),
  ];
  const call = ["Usage: spendspan", name, ...shown, "[flags]"].join(" ");
  return [call, "", summary, "", ...alignedRows(rows)].join("\n");
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
