/** A database to which nobody has brought the schema says so in a way that helps. */
import { errorCodeOf, SpendspanError } from "../base/errors.ts";

/** SQLSTATE: no such table, no such function. */
const UNDEFINED: ReadonlySet<string | undefined> = new Set(["42P01", "42883"]);

/** Runs `fn`. @throws SpendspanError `ERR_DATABASE` when it met a table or function that is missing; else what `fn` throws. */
export async function withTables<T>(fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (cause) {
    if (!UNDEFINED.has(errorCodeOf(cause))) throw cause;
    const message = "The ledger lacks tables: run `spendspan migrate`";
    throw new SpendspanError("ERR_DATABASE", message, { cause });
  }
}
