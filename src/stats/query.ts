/** What can be asked of the ledger, and what is wrong with a question. */
import { shown } from "../base/error-text.ts";
import { SpendspanError } from "../base/errors.ts";

export interface UsageStatsQuery {
  /** Whole UTC days, today included: 1 is today alone. 1 to 3660. */
  readonly days: number;
  /** Only what was for this brand; likewise the others. */
  readonly brand?: string | undefined;
  readonly campaign?: string | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
}

const FILTERS = ["brand", "campaign", "provider", "model"] as const;
const MAX_DAYS = 3_660;

/** @throws SpendspanError `ERR_QUERY` for a query that breaks a rule, naming every fault. */
export function checkQuery({ days, ...filters }: UsageStatsQuery): void {
  const faults: string[] = [];
  if (!(Number.isInteger(days) && days >= 1 && days <= MAX_DAYS)) {
    faults.push(`Expected \`days\` to be a whole number from 1 to ${MAX_DAYS}, got ${shown(days)}`);
  }
  // A filter that is passed over would give the numbers of everyone.
  for (const name of Object.keys(filters)) {
    if (FILTERS.some((filter) => filter === name)) continue;
    faults.push(`Expected a field of days, ${FILTERS.join(", ")}, got \`${name}\``);
  }
  for (const name of FILTERS) {
    const value: unknown = filters[name];
    // Postgres's text has no NUL; as part of a query it would be an error of the database's.
    if (value !== undefined && (typeof value !== "string" || value.includes("\0"))) {
      faults.push(`Expected \`${name}\` to be text, got ${shown(value)}`);
    }
  }
  if (faults.length > 0) throw new SpendspanError("ERR_QUERY", faults.join("; "));
}
