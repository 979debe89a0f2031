/**
 * Errors that spendspan throws at its own edges: at set-up and in commands, never in a metered call
 * (but for `strictBrand`, which exists to throw).
 */

export type ErrorCode =
  | "ERR_NODE_VERSION"
  | "ERR_CONFIG"
  | "ERR_MONEY"
  | "ERR_NO_PRICE"
  | "ERR_TAG"
  | "ERR_BRAND_REQUIRED"
  | "ERR_NOT_INITIALISED"
  | "ERR_USAGE_INVALID"
  | "ERR_QUERY"
  | "ERR_DATABASE"
  | "ERR_MIGRATION"
  | "ERR_SEAL_BROKEN"
  | "ERR_EMBEDDED_POSTGRES";

/** Base of every error made here. Match on `code`; the message is for people and may change. */
export class SpendspanError extends Error {
  override readonly name: string = "SpendspanError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.code = code;
  }
}

/** Options or environment break a rule. `faults` holds every fault found, not only the first. */
export class ConfigError extends SpendspanError {
  override readonly name = "ConfigError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super("ERR_CONFIG", faults.join("; "));
    this.faults = faults;
  }
}

/** The message of anything thrown, without its stack. */
export function messageOf(thrown: unknown): string {
  // Node's own, of a host with several addresses that all refused, leaves its message empty.
  if (thrown instanceof AggregateError && thrown.message === "") {
    return thrown.errors.map(messageOf).join("; ");
  }
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The `code` that Node and Postgres errors carry (`ECONNREFUSED`, `23505`), if there is one. */
export function errorCodeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}
