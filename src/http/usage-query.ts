/** The query of `GET /api/usage`, checked: a slip must be told, not answered with other numbers. */
import { shown } from "../base/error-text.ts";
import { SpendspanError } from "../base/errors.ts";

export interface UsageQuery {
  /** The last so many days, 1 to 3,660; 30 when not asked for. */
  readonly days: number;
  readonly brand?: string;
  readonly campaign?: string;
  readonly provider?: string;
  readonly model?: string;
}

const FILTERS = ["brand", "campaign", "provider", "model"] as const;
const DEFAULT_DAYS = 30;
const MAX_DAYS = 3_660;
const MAX_LENGTH = 200;

/** @throws SpendspanError `ERR_QUERY`, naming the first parameter that is unknown, repeated or wrong. */
export function parseUsageQuery(parameters: URLSearchParams): UsageQuery {
  for (const name of parameters.keys()) {
    if (name !== "days" && !FILTERS.some((filter) => filter === name)) {
      throw queryError(`a parameter of days, ${FILTERS.join(", ")}`, shown(name));
    }
    const times = parameters.getAll(name).length;
    if (times > 1) throw queryError(`\`${name}\` once`, `it ${times} times`);
  }
  const filters: { -readonly [F in (typeof FILTERS)[number]]?: string } = {};
  for (const name of FILTERS) {
    const value = parameters.get(name);
    if (value === null) continue;
    if (value === "" || value.length > MAX_LENGTH) {
      throw queryError(`\`${name}\` to be 1 to ${MAX_LENGTH} characters`, shown(value));
    }
    filters[name] = value;
  }
  return { days: daysOf(parameters.get("days")), ...filters };
}

function daysOf(text: string | null): number {
  if (text === null) return DEFAULT_DAYS;
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= MAX_DAYS) return days;
  throw queryError(`\`days\` to be a whole number from 1 to ${MAX_DAYS}`, shown(text));
}

function queryError(expected: string, got: string): SpendspanError {
  return new SpendspanError("ERR_QUERY", `Expected ${expected}, got ${got}`);
}
