/** The flags of a command: what it takes, and what was given. */
import { parseArgs } from "node:util";

import { parseTimestamp } from "../base/clock.ts";
import { shown } from "../base/error-text.ts";

export interface FlagSpec {
  /** Name of its value in the help: `<url>`. Without one it is a switch. */
  readonly value?: string;
  /** What it does, in a few words, and its default. */
  readonly help: string;
}

export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

/** A day, from midnight UTC, or a time that says its zone: without one it would be this machine's. */
const DAY_OR_ZONED = /^[\d-]+$|(?:Z|[+-]\d{2}:\d{2})$/;

/** The user called a command in a way that it doesn't take. Its message is for the user. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export class Flags {
  /** What was given beside the flags, where the command takes such. */
  readonly argument: string | undefined;
  /** Undefined: a switch. */
  readonly #values: ReadonlyMap<string, string | undefined>;

  constructor(values: ReadonlyMap<string, string | undefined>, argument?: string) {
    this.#values = values;
    this.argument = argument;
  }

  isSet(name: string): boolean {
    return this.#values.has(name);
  }

  /** Never empty. */
  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** In milliseconds since the Unix epoch. @throws UsageError when what is given is no moment. */
  moment(name: string): number | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    const ms = DAY_OR_ZONED.test(given) ? parseTimestamp(given) : Number.NaN;
    if (!Number.isNaN(ms)) return ms;
    throw new UsageError(
      `Expected --${name} to be a day, 2026-12-01, or a time with its zone, 2026-12-01T00:00:00Z, got ${shown(given)}`,
    );
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
 * @throws UsageError naming every flag that is unknown, repeated, or has no value where it takes one; else
 *   for an argument that is not taken.
 */
export function parseFlags(args: readonly string[], specs: FlagSpecs, argument?: string): Flags {
  const options = Object.entries(specs).map(([name, { value }]) => {
    return [name, { type: value === undefined ? "boolean" : "string" }] as const;
  });
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(options),
    strict: false, // whose messages are for who wrote the command
    tokens: true,
  });
  const values = new Map<string, string | undefined>();
  const positionals: string[] = [];
  const faults: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    faults.push(...flagFaults(token, spec, values.has(token.name)));
    values.set(token.name, token.value);
  }
  if (faults.length > 0) throw new UsageError(faults.join("; "));
  const [given, second] = positionals;
  if (argument === undefined && given !== undefined) {
    throw new UsageError(`Expected nothing but flags, got ${shown(given)}`);
  }
  if (second === undefined) return new Flags(values, given);
  throw new UsageError(`Expected one ${argument}, got ${shown(second)} as well`);
}

interface FlagToken {
  readonly rawName: string;
  readonly value: string | undefined;
  /** Whether the value is after a `=`. */
  readonly inlineValue: boolean | undefined;
}

function flagFaults(
  { rawName, value, inlineValue }: FlagToken,
  spec: FlagSpec | undefined,
  isRepeated: boolean,
): readonly string[] {
  if (spec === undefined) return [`Expected a known flag, got ${shown(rawName)}`];
  if (isRepeated) return [`Expected ${rawName} once`];
  if (spec.value === undefined) {
    return value === undefined ? [] : [`Expected ${rawName} without a value, got ${shown(value)}`];
  }
  const isNextFlag = inlineValue === false && value?.startsWith("-") === true;
  if (value !== undefined && value !== "" && !isNextFlag) return [];
  return [
    `Expected ${rawName} ${spec.value}, got ${value === undefined ? "nothing" : shown(value)}`,
  ];
}
