/** A Terminal that keeps what was written on it. */
import { main } from "../../src/cli/main.ts";

export interface CommandResult {
  readonly exitCode: number;
  readonly printed: string;
  readonly complaints: string;
}

/** Runs one command as the shell would, but in this process. */
export async function runCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const printed: string[] = [];
  const complaints: string[] = [];
  const exitCode = await main(args, {
    // No embedded database of whoever runs the tests.
    environment: { SPENDSPAN_DATA_DIR: "nowhere", ...environment },
    print: (line) => void printed.push(line),
    complain: (line) => void complaints.push(line),
  });
  return { exitCode, printed: printed.join("\n"), complaints: complaints.join("\n") };
}
