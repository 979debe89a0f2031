/** Where a command reads its surroundings and writes its output: the process's, or a test's. */
import type { Environment } from "../config/option-reader.ts";

export interface Terminal {
  readonly environment: Environment;
  /** Writes a line that was asked for. */
  print(line: string): void;
  /** Writes a line about how it goes, or what went wrong. */
  complain(line: string): void;
}

export const processTerminal: Terminal = {
  environment: process.env,
  print: (line) => console.log(line),
  complain: (line) => console.error(line),
};
