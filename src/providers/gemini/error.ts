/** Errors as Google words them: in a body, in an event of a stream, in a result of a job. */
import { scrubbed } from "../../base/error-text.ts";
import type { ResponseFacts } from "../operation.ts";
import { objectIn } from "./json.ts";

/** Of low cardinality: `RESOURCE_EXHAUSTED`, or `rate_limit_exceeded` of the Interactions API. */
const ERROR_NAME = /^(?:[A-Z][A-Z_]{1,63}|[a-z][a-z_]{1,63})$/;

/** The error in the `error` member of an answer; undefined when it is none. */
export function errorIn(value: unknown): ResponseFacts["error"] {
  if (typeof value === "string") return { type: "error", message: scrubbed(value) };
  const error = objectIn(value);
  if (error === undefined) return undefined;
  const { status, code, message } = error;
  return {
    type: nameIn(status) ?? numberIn(code) ?? nameIn(code) ?? "error",
    message: typeof message === "string" ? scrubbed(message) : "",
  };
}

function nameIn(value: unknown): string | undefined {
  return typeof value === "string" && ERROR_NAME.test(value) ? value : undefined;
}

function numberIn(value: unknown): string | undefined {
  return typeof value === "number" && Number.isInteger(value) ? String(value) : undefined;
}
