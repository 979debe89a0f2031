/**
 * Reads options one by one from code or environment, checks each, and keeps every fault: an operator
 * mends a bad configuration once, not once a fault.
 */
import { ConfigError } from "../base/errors.ts";
import { ENVIRONMENT, type OptionName, type SpendspanOptions } from "./options.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A value and the name under which it was given: the option's, or the variable's. */
interface Given {
  readonly name: string;
  readonly value: unknown;
  /** True when it is text that stands for something else. */
  readonly fromEnvironment: boolean;
}

const TRUE: ReadonlySet<unknown> = new Set([true, "true", "1", "yes", "on"]);
const FALSE: ReadonlySet<unknown> = new Set([false, "false", "0", "no", "off"]);

export class OptionReader {
  readonly #options: SpendspanOptions;
  readonly #environment: Environment;
  readonly #faults: string[] = [];

  constructor(options: SpendspanOptions, environment: Environment) {
    this.#options = options;
    this.#environment = environment;
    for (const name of Object.keys(options)) {
      if (!(name in ENVIRONMENT)) this.fault(`Expected a known option, got \`${name}\``);
    }
  }

  boolean(name: OptionName, defaultValue: boolean): boolean {
    const given = this.#given(name);
    if (given === undefined) return defaultValue;
    const value = given.fromEnvironment ? String(given.value).toLowerCase() : given.value;
    if (TRUE.has(value)) return true;
    if (!FALSE.has(value)) this.#expected(given, "to be true or false");
    return false;
  }

  integer(name: OptionName, defaultValue: number, [min, max]: readonly [number, number]): number {
    const given = this.#given(name);
    if (given === undefined) return defaultValue;
    const value = given.fromEnvironment ? Number(given.value) : given.value;
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max)
      return value;
    this.#expected(given, `to be a whole number from ${min} to ${max}`);
    return defaultValue;
  }

  text<T extends string | undefined>(name: OptionName, defaultValue: T): string | T {
    const given = this.#given(name);
    if (given === undefined) return defaultValue;
    if (typeof given.value === "string" && given.value !== "") return given.value;
    this.#expected(given, "to be a text that is not empty");
    return defaultValue;
  }

  /** A text of at least `minLength` characters, whose value is never shown. */
  secret(name: OptionName, minLength: number): string | undefined {
    const given = this.#given(name);
    if (given === undefined) return undefined;
    if (typeof given.value === "string" && given.value.length >= minLength) return given.value;
    this.fault(`Expected \`${given.name}\` to be a text of at least ${minLength} characters`);
    return undefined;
  }

  choice<T extends string>(name: OptionName, choices: readonly T[], defaultValue: T): T {
    const given = this.#given(name);
    if (given === undefined) return defaultValue;
    const found = choices.find((choice) => choice === given.value);
    if (found === undefined) this.#expected(given, `to be one of ${choices.join(", ")}`);
    return found ?? defaultValue;
  }

  /** In the environment: separated by commas. */
  list(name: OptionName): readonly string[] {
    const given = this.#given(name);
    if (given === undefined) return [];
    const value = given.fromEnvironment ? partsOf(String(given.value)) : given.value;
    if (Array.isArray(value) && value.every((part) => typeof part === "string" && part !== ""))
      return value;
    this.#expected(given, "to be a list of texts");
    return [];
  }

  /** `schemes` as in `["postgres:", "postgresql:"]`. The value is not shown: it may hold a password. */
  url(given: { readonly name: string; readonly value: string }, schemes: readonly string[]): void {
    const scheme = URL.canParse(given.value) ? new URL(given.value).protocol : undefined;
    if (scheme === undefined || !schemes.includes(scheme)) {
      this.fault(
        `Expected \`${given.name}\` to be a URL that begins with ${schemes.map((s) => `${s}//`).join(" or ")}`,
      );
    }
  }

  fault(sentence: string): void {
    this.#faults.push(sentence);
  }

  /** @throws ConfigError naming every fault met so far. */
  throwFaults(): void {
    if (this.#faults.length > 0) throw new ConfigError(this.#faults);
  }

  #given(name: OptionName): Given | undefined {
    const inCode: unknown = this.#options[name];
    if (inCode !== undefined) return { name, value: inCode, fromEnvironment: false };
    const variable = ENVIRONMENT[name];
    const text = variable === undefined ? undefined : this.#environment[variable];
    // An empty variable is how shells and compose files say "not set".
    if (variable === undefined || text === undefined || text === "") return undefined;
    return { name: variable, value: text, fromEnvironment: true };
  }

  #expected({ name, value }: Given, rule: string): void {
    this.fault(
      `Expected \`${name}\` ${rule}, got ${JSON.stringify(value) ?? String(value)} (${typeof value})`,
    );
  }
}

function partsOf(text: string): readonly string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
