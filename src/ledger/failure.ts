/** Why rows could not be written, by SQLSTATE, and how long to wait before the next attempt. */
import { type ErrorCode, errorCodeOf } from "../base/errors.ts";

/**
 * - `data`: a row is at fault, and will be again: the others must go on without it
 * - `setup`: no table, no right, no database at all: somebody has to see to it
 * - `connection`: all else, such as a server that is away, busy or read-only: time will tell
 */
export type FailureKind = "data" | "setup" | "connection";

// Classes of https://www.postgresql.org/docs/current/errcodes-appendix.html
/** Data exception, integrity constraint violation, program limit exceeded. */
const DATA = new Set(["22", "23", "54"]);
/** Feature not supported, invalid authorization, invalid catalog or schema name, syntax or access. */
const SETUP = new Set(["0A", "28", "3D", "3F", "42"]);

const BACKOFF = {
  connection: { firstMs: 100, maxMs: 30_000 },
  setup: { firstMs: 5_000, maxMs: 300_000 },
} as const;

/** Our own: no database was named, none can be started, or its schema is not to be had. */
const NO_DATABASE: ReadonlySet<string> = new Set<ErrorCode>([
  "ERR_DATABASE",
  "ERR_EMBEDDED_POSTGRES",
  "ERR_MIGRATION",
]);

/** Of TLS: whoever is there can't show to be whom the URL names. */
const STRANGER: ReadonlySet<string> = new Set([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

export function failureKind(error: unknown): FailureKind {
  const code = errorCodeOf(error) ?? "";
  if (NO_DATABASE.has(code) || STRANGER.has(code)) return "setup";
  const sqlStateClass = code.slice(0, 2);
  if (DATA.has(sqlStateClass)) return "data";
  return SETUP.has(sqlStateClass) ? "setup" : "connection";
}

/**
 * Twice as long after each of `failures` in a row (1: the first), up to a limit; and at random
 * between half of that and all, so that many writers don't return to a server at the same moment.
 */
export function retryDelayMs(
  kind: Exclude<FailureKind, "data">,
  failures: number,
  random: () => number,
): number {
  const { firstMs, maxMs } = BACKOFF[kind];
  const fullMs = Math.min(firstMs * 2 ** (failures - 1), maxMs);
  return fullMs * (0.5 + random() / 2);
}
