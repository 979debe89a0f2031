/** The flags of a command: what it takes, and what was given. */
import { parseArgs } from "node:util";

import { shown } from "../base/error-text.ts";
import { errorCodeOf, messageOf } from "../base/errors.ts";

export interface FlagSpec {
  /** Name of its value in the help: `<url>`. Without one it is a switch. */
  readonly value?: string;
  /** What it does, in a few words, and its default. */
  readonly help: string;
}

export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

/** The user called a command in a way that it doesn't take. Its message is for the user. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export class Flags {
  /** What was given beside the flags, where the command takes such. */
  readonly argument: string | undefined;
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(values: object, argument?: string) {
    this.#values = new Map(Object.entries(values));
    this.argument = argument;
  }

  isSet(name: string): boolean {
    return this.#values.get(name) === true;
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === "string" ? value : undefined;
  }

  /** @throws UsageError when it is given, and none of `choices`. */
  choice<T extends string>(name: string, choices: readonly T[], defaultValue: T): T {
    const given = this.text(name);
    if (given === undefined) return defaultValue;
    const found = choices.find((choice) => choice === given);
    if (found !== undefined) return found;
    throw new UsageError(
      `Expected --${name} to be one of ${choices.join(", ")}, got ${shown(given)}`,
    );
  }
}

/**
 * @param argument Name of what may stand beside the flags, once. None: nothing may.
 * @throws UsageError for an unknown flag, a missing value, or an argument that is not taken.
 */
export function parseFlags(args: readonly string[], specs: FlagSpecs, argument?: string): Flags {
  const options = Object.entries(specs).map(([name, { value }]) => {
    return [name, { type: value === undefined ? "boolean" : "string" }] as const;
  });
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: Object.fromEntries(options),
      allowPositionals: argument !== undefined,
    });
    const [given, stray] = positionals;
    if (stray === undefined) return new Flags(values, given);
    throw new UsageError(`Expected one ${argument}, got ${shown(stray)} as well`);
  } catch (error) {
    if (errorCodeOf(error)?.startsWith("ERR_PARSE_ARGS_") === true) {
      throw new UsageError(messageOf(error), { cause: error });
    }
    throw error;
  }
}
