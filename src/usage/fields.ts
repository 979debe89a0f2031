/** Reads the fields of an object that an app handed in, and collects all that is wrong with them. */
import { DAY_MS, parseTimestamp } from "../base/clock.ts";
import { shown } from "../base/error-text.ts";
import { SpendspanError } from "../base/errors.ts";
import type { Picodollars } from "../base/money.ts";
import { fromUsdString } from "../base/money.ts";
import { isRecord } from "../base/rule.ts";

const MAX_TEXT_LENGTH = 128;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** What the ledger's column holds: eight digits before the point. */
const COST_LIMIT = 10n ** 8n * 10n ** 12n;
/** Far more than a call can have, and so little that the ledger's sums hold millions of them. */
const MAX_COUNT = 1e12;
const MAX_MILLISECONDS = 366 * DAY_MS;
/** Outside of these a time is a mistake; beyond them some can't be written down, or not in Postgres. */
const FIRST_MS = 0;
const LAST_MS = parseTimestamp("9999-12-31T23:59:59.999Z");

/** `undefined` and `null` are both "not given". */
export class Fields<Name extends string> {
  readonly faults: string[] = [];
  readonly #values: { readonly [N in Name]?: unknown };
  /** Whatever else the object has is a slip in a name. */
  readonly #asked = new Set<string>();

  /** @throws SpendspanError `ERR_USAGE_INVALID` when `values` is no object. */
  constructor(values: { readonly [N in Name]?: unknown }) {
    if (!isRecord(values)) {
      throw new SpendspanError(
        "ERR_USAGE_INVALID",
        `Expected an object of fields, got ${shown(values)}`,
      );
    }
    this.#values = values;
  }

  /**
   * To be called when all fields were asked for.
   *
   * @throws SpendspanError `ERR_USAGE_INVALID`, naming every fault, and every field that is not known.
   */
  throwFaults(): void {
    const strays = Object.keys(this.#values).filter((name) => !this.#asked.has(name));
    for (const name of strays) {
      this.faults.push(`Expected a field of ${[...this.#asked].join(", ")}, got \`${name}\``);
    }
    if (this.faults.length === 0) return;
    throw new SpendspanError("ERR_USAGE_INVALID", this.faults.join("; "));
  }

  text(name: Name): string | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    if (typeof value === "string" && value !== "" && value.length <= MAX_TEXT_LENGTH) return value;
    return this.#fault(name, `text of 1 to ${MAX_TEXT_LENGTH} characters`);
  }

  requiredText(name: Name): string {
    if (this.#given(name) === undefined) this.#fault(name, "given");
    return this.text(name) ?? "";
  }

  /** Text of any length. */
  longText(name: Name): string | undefined {
    const value = this.#given(name);
    if (value === undefined || typeof value === "string") return value;
    return this.#fault(name, "text");
  }

  uuid(name: Name): string | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    return typeof value === "string" && UUID.test(value) ? value : this.#fault(name, "a UUID");
  }

  oneOf<T extends string>(name: Name, allowed: readonly T[]): T | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    return allowed.find((each) => each === value) ?? this.#fault(name, allowed.join(", "));
  }

  count(name: Name): number | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    if (Number.isInteger(value) && isWithin(value, 0, MAX_COUNT)) return value;
    return this.#fault(name, `a whole number from 0 to ${MAX_COUNT}`);
  }

  milliseconds(name: Name): number | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    if (isWithin(value, 0, MAX_MILLISECONDS)) return value;
    return this.#fault(name, `a number from 0 to ${MAX_MILLISECONDS}, which is a year`);
  }

  /** ISO 8601 text or a `Date`, as milliseconds since the Unix epoch. */
  timestamp(name: Name): number | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    const ms = typeof value === "string" ? parseTimestamp(value) : dateOf(value);
    if (isWithin(ms, FIRST_MS, LAST_MS)) return ms;
    return this.#fault(name, "a Date or its ISO 8601 text, of the years 1970 to 9999");
  }

  /** Decimal text, or a number, of which the shortest decimal is taken: 0.1 is a tenth. */
  usd(name: Name): Picodollars | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    const amount = amountOf(typeof value === "number" ? decimalOf(value) : value);
    if (amount !== undefined && amount >= 0n && amount < COST_LIMIT) return amount;
    return this.#fault(
      name,
      "US dollars as a plain decimal of at most 12 places, at least 0 and less than 100 million",
    );
  }

  #given(name: Name): unknown {
    this.#asked.add(name);
    return this.#values[name] ?? undefined;
  }

  #fault(name: Name, rule: string): undefined {
    this.faults.push(`Expected \`${name}\` to be ${rule}, got ${shown(this.#values[name])}`);
  }
}

function isWithin(value: unknown, min: number, max: number): value is number {
  return typeof value === "number" && value >= min && value <= max;
}

function dateOf(value: unknown): number {
  return typeof value === "object" ? Number(value) : Number.NaN;
}

function amountOf(value: unknown): Picodollars | undefined {
  try {
    return typeof value === "string" ? fromUsdString(value) : undefined;
  } catch {
    return undefined;
  }
}

/** Digits past a picodollar are the noise of arithmetic with doubles: 0.1 + 0.2 is 0.3. */
function decimalOf(value: number): string {
  const shortest = String(value);
  return /^-?\d+(?:\.\d{1,12})?$/.test(shortest) ? shortest : value.toFixed(12);
}
