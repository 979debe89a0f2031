/**
 * Reads options one by one from code or environment, checks each, and keeps every fault: an operator
 * mends a bad configuration once, not once a fault.
 */
import { shown } from "../base/error-text.ts";
import { ConfigError } from "../base/errors.ts";
import { ENVIRONMENT, type OptionName, type SpendspanOptions } from "./options.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A value and the name under which it was given: the option's, or the variable's. */
export interface Given {
  readonly name: string;
  readonly value: unknown;
  /** True when it is text that stands for something else. */
  readonly fromEnvironment: boolean;
}

const TRUE_TEXTS: readonly string[] = ["true", "1", "yes", "on"];
const FALSE_TEXTS: readonly string[] = ["false", "0", "no", "off"];
const WHOLE_NUMBER = /^-?\d+$/;

export class OptionReader {
  readonly #options: SpendspanOptions;
  readonly #environment: Environment;
  readonly #faults: string[] = [];

  constructor(options: SpendspanOptions, environment: Environment) {
    this.#options = options;
    this.#environment = environment;
    for (const name of Object.keys(options)) {
      if (!Object.hasOwn(ENVIRONMENT, name)) {
        this.fault(`Expected a known option, got \`${name}\``);
      }
    }
  }

  /** The option from code, else from its variable; undefined when neither has it. */
  given(name: OptionName): Given | undefined {
    const value: unknown = this.#options[name];
    if (value !== undefined) return { name, value, fromEnvironment: false };
    const variable = ENVIRONMENT[name];
    return variable === undefined ? undefined : this.variable(variable);
  }

  /**
   * An empty variable is how shells and compose files say "not set". Nor was it an operator who set
   * SPENDSPAN_PORT to the address of a Service named `spendspan`.
   */
  variable(name: string): Given | undefined {
    const value = this.#environment[name]?.trim() ?? "";
    const isSet = value !== "" && !isServiceAddress(value);
    return isSet ? { name, value, fromEnvironment: true } : undefined;
  }

  boolean(name: OptionName, defaultValue: boolean): boolean {
    const given = this.given(name);
    if (given === undefined) return defaultValue;
    const value = given.fromEnvironment ? booleanIn(String(given.value)) : given.value;
    if (typeof value === "boolean") return value;
    this.expected(given, "to be true or false");
    return defaultValue;
  }

  integer(name: OptionName, defaultValue: number, [min, max]: readonly [number, number]): number {
    const given = this.given(name);
    if (given === undefined) return defaultValue;
    const value = given.fromEnvironment ? integerIn(String(given.value)) : given.value;
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
      return value;
    }
    this.expected(given, `to be a whole number from ${min} to ${max}`);
    return defaultValue;
  }

  text<D extends string | undefined>(name: OptionName, defaultValue: D): string | D {
    const given = this.given(name);
    return (given && this.#text(given)) ?? defaultValue;
  }

  choice<T extends string>(name: OptionName, choices: readonly T[], defaultValue: T): T {
    const given = this.given(name);
    if (given === undefined) return defaultValue;
    const found = choices.find((choice) => choice === given.value);
    if (found === undefined) this.expected(given, `to be one of ${choices.join(", ")}`);
    return found ?? defaultValue;
  }

  list(name: OptionName): readonly string[] {
    return this.each(name).flatMap((part) => this.#text(part) ?? []);
  }

  /** The parts of a list, which in the environment is separated by commas. */
  each(name: OptionName): readonly Given[] {
    const given = this.given(name);
    if (given === undefined) return [];
    const parts = given.fromEnvironment ? partsOf(String(given.value)) : given.value;
    if (Array.isArray(parts)) return Array.from(parts, (value: unknown) => ({ ...given, value }));
    // Not shown: what was to be a list of URLs may be a URL, with its password.
    this.fault(`Expected \`${given.name}\` to be a list`);
    return [];
  }

  /** A text of at least `minLength` characters, whose value is never shown. */
  secret(name: OptionName, minLength: number): string | undefined {
    const given = this.given(name);
    if (given === undefined) return undefined;
    if (typeof given.value === "string" && given.value.length >= minLength) return given.value;
    this.fault(`Expected \`${given.name}\` to be a text of at least ${minLength} characters`);
    return undefined;
  }

  /** A URL with one of `schemes`, as in `["http:"]`. It is not shown: it may hold a password. */
  url({ name, value }: Given, schemes: readonly string[]): string | undefined {
    if (typeof value === "string" && schemes.includes(URL.parse(value)?.protocol ?? "")) {
      return value;
    }
    const beginnings = schemes.map((scheme) => `${scheme}//`);
    const isBegun = beginnings.some((text) => typeof value === "string" && value.startsWith(text));
    const rule = isBegun
      ? "of valid form: a port is at most 65535, and in a password # / and ? are written %23 %2F %3F"
      : `that begins with ${beginnings.join(" or ")}`;
    this.fault(`Expected \`${name}\` to be a URL ${rule}`);
    return undefined;
  }

  /** Notes that a value breaks its rule, and shows it. */
  expected({ name, value }: Given, rule: string): void {
    this.fault(`Expected \`${name}\` ${rule}, got ${shown(value)}`);
  }

  fault(sentence: string): void {
    this.#faults.push(sentence);
  }

  /** @throws ConfigError naming every fault met so far. */
  throwFaults(): void {
    if (this.#faults.length > 0) throw new ConfigError(this.#faults);
  }

  #text(given: Given): string | undefined {
    if (typeof given.value === "string" && given.value !== "") return given.value;
    this.expected(given, "to be a text that is not empty");
    return undefined;
  }
}

/** What Kubernetes holds in `…_PORT` for each Service, in every pod beside it: `tcp://10.0.0.7:9464`. */
export function isServiceAddress(value: string): boolean {
  return /^(?:tcp|udp|sctp):\/\//.test(value);
}

function booleanIn(text: string): boolean | undefined {
  if (TRUE_TEXTS.includes(text.toLowerCase())) return true;
  return FALSE_TEXTS.includes(text.toLowerCase()) ? false : undefined;
}

function integerIn(text: string): number | undefined {
  return WHOLE_NUMBER.test(text) ? Number(text) : undefined;
}

function partsOf(text: string): readonly string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
