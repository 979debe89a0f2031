/**
 * From arguments to one command, and from its end to an exit code: 0 when it did its work, 2 when it
 * was called in a way that it doesn't take, 1 when anything else kept it from it.
 */
import { readFileSync } from "node:fs";

import { scrubbed, shown } from "../base/error-text.ts";
import { ConfigError, errorCodeOf, messageOf, SpendspanError } from "../base/errors.ts";
import { strayVariables } from "../config/stray-variables.ts";
import { type Command, overviewOf, usageOf } from "./command.ts";
import { parseFlags, UsageError } from "./flags.ts";
import { copyCommand } from "./copy.ts";
import { migrateCommand } from "./migrate.ts";
import { pricesCommand } from "./prices.ts";
import { pruneCommand } from "./prune.ts";
import { replayCommand } from "./replay.ts";
import { repriceCommand } from "./reprice.ts";
import { serveCommand } from "./serve.ts";
import { statsCommand } from "./stats.ts";
import { processTerminal, type Terminal } from "./terminal.ts";
import { verifyCommand } from "./verify.ts";

export const COMMANDS: readonly Command[] = [
  copyCommand,
  migrateCommand,
  pricesCommand,
  pruneCommand,
  replayCommand,
  repriceCommand,
  serveCommand,
  statsCommand,
  verifyCommand,
];
const HELP: readonly string[] = ["help", "--help", "-h"];
const VERSION: readonly string[] = ["version", "--version", "-v"];

/** @param args As in `process.argv`, without Node and script. @returns The exit code. */
export async function main(
  args: readonly string[],
  terminal: Terminal = processTerminal,
): Promise<number> {
  const [name = "", ...rest] = args;
  if (VERSION.includes(name)) {
    terminal.print(packageVersion());
    return 0;
  }
  const isHelp = HELP.includes(name);
  const command = COMMANDS.find((each) => each.name === (isHelp ? rest[0] : name));
  if (isHelp || rest.includes("--help") || rest.includes("-h")) {
    terminal.print(helpOn(command));
    return 0;
  }
  try {
    if (command === undefined) throw new UsageError(strayCommand(name));
    for (const sentence of strayVariables(terminal.environment)) terminal.complain(sentence);
    await command.run(parseFlags(rest, command.flags, command.argument?.name), terminal);
    return 0;
  } catch (error) {
    return failed(error, command, terminal);
  }
}

function strayCommand(name: string): string {
  return name === "" ? "Expected a command" : `Expected a known command, got ${shown(name)}`;
}

function helpOn(command: Command | undefined): string {
  return command === undefined ? overviewOf(COMMANDS) : usageOf(command);
}

function failed(error: unknown, command: Command | undefined, terminal: Terminal): number {
  const isMiscalled = error instanceof UsageError;
  const isFaulty = error instanceof ConfigError || errorCodeOf(error) === "ERR_QUERY";
  terminal.complain(explanationOf(error));
  if (isMiscalled || isFaulty) terminal.complain(`\n${helpOn(command)}`);
  return isMiscalled || isFaulty ? 2 : 1;
}

/** The message alone of what a user can mend; for a fault of ours the stack as well. */
function explanationOf(error: unknown): string {
  if (error instanceof ConfigError) {
    // A line each: one message would be cut before the last.
    return `${error.code}: ${error.faults.map((fault) => scrubbed(fault)).join("\n")}`;
  }
  const isKnown = error instanceof SpendspanError || error instanceof UsageError;
  // Errors of Node and of Postgres carry codes: ECONNREFUSED, 28P01.
  if (isKnown || errorCodeOf(error) !== undefined) return scrubbed(messageOf(error));
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
}

function packageVersion(): string {
  // Read from src/ and from dist/, which stand side by side.
  const manifest: unknown = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isManifest ? String(manifest.version) : "unknown";
}
