/** A database to which nobody has brought the schema says so in a way that helps. */
import { errorCodeOf, SpendspanError } from "../base/errors.ts";

/** SQLSTATE. */
const UNDEFINED_TABLE = "42P01";

/** Runs `fn`. @throws SpendspanError `ERR_DATABASE` when it met a table that is missing; else what `fn` throws. */
export async function withTables<T>(fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (cause) {
    if (errorCodeOf(cause) !== UNDEFINED_TABLE) throw cause;
    const message = "The ledger lacks tables: run `spendspan migrate`";
    throw new SpendspanError("ERR_DATABASE", message, { cause });
  }
}
