/** What the demo is asked for on the command line. */
import { parseArgs } from "node:util";

export interface DemoArguments {
  readonly help: boolean;
  /** Make a fixed number of calls, check that all numbers agree, and end. */
  readonly once: boolean;
  /** The key for the real API; undefined: the simulator is called. */
  readonly liveApiKey: string | undefined;
  /** How many calls the app makes; `Infinity`: until it is stopped. */
  readonly calls: number;
}

/** The demo was called in a way that it doesn't take. Its message is for the user. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
}

const CALLS_ONCE = 200;
const MAX_CALLS_ONCE = 100_000;
/** Whoever tries it out must not find a bill. */
const CALLS_LIVE = 20;
const MAX_CALLS_LIVE = 100;

export const HELP: string = `Usage: npm run demo -- [flags]

Starts a Postgres, a Gemini simulator and an app that calls it for several brands, and shows what
they spend until Ctrl-C. The ledger stays in .spendspan/ and grows from run to run.

  --once       Make a fixed number of calls on an empty ledger, check that ledger, metrics and API
               agree to the last digit, and end: 0 when they do, 1 when not
  --live       Call the real Gemini API with GEMINI_API_KEY: a short call every few seconds
  --calls <n>  How many calls: with --once ${CALLS_ONCE} unless given, with --live ${CALLS_LIVE} (at most ${MAX_CALLS_LIVE})
  --help       Say this`;

/** @throws ArgumentError for unknown arguments, a bad number, and `--live` without a key. */
export function parseArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): DemoArguments {
  const { help = false, once = false, live = false, calls } = flagsIn(args);
  if (help) return { help, once, liveApiKey: undefined, calls: 0 };
  if (calls !== undefined && !once && !live) {
    throw new ArgumentError("Expected --calls to go with --once or --live");
  }
  const liveApiKey = live ? environment["GEMINI_API_KEY"]?.trim() : undefined;
  if (live && !liveApiKey) {
    throw new ArgumentError("Expected the variable GEMINI_API_KEY, which --live calls Gemini with");
  }
  const most = live ? MAX_CALLS_LIVE : MAX_CALLS_ONCE;
  return { help, once, liveApiKey, calls: countIn(calls, most) ?? defaultCalls(once, live) };
}

function flagsIn(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        once: { type: "boolean" },
        live: { type: "boolean" },
        calls: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    return values;
  } catch (cause) {
    throw new ArgumentError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function defaultCalls(once: boolean, live: boolean): number {
  if (live) return CALLS_LIVE;
  return once ? CALLS_ONCE : Infinity;
}

function countIn(text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= most) return count;
  throw new ArgumentError(
    `Expected --calls to be a whole number from 1 to ${most}, got ${JSON.stringify(text)}`,
  );
}
