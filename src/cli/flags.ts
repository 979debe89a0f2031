/** The flags of a command: what it takes, and what was given. */
import { parseArgs } from "node:util";

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
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(values: object) {
    this.#values = new Map(Object.entries(values));
  }

  isSet(name: string): boolean {
    return this.#values.get(name) === true;
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === "string" ? value : undefined;
  }
}

/** @throws UsageError for an unknown flag, a missing value, or an argument that is no flag. */
export function parseFlags(args: readonly string[], specs: FlagSpecs): Flags {
  const options = Object.entries(specs).map(([name, { value }]) => {
    return [name, { type: value === undefined ? "boolean" : "string" }] as const;
  });
  try {
    return new Flags(parseArgs({ args: [...args], options: Object.fromEntries(options) }).values);
  } catch (error) {
    if (errorCodeOf(error)?.startsWith("ERR_PARSE_ARGS_") === true) {
      throw new UsageError(messageOf(error), { cause: error });
    }
    throw error;
  }
}
