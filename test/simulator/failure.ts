/** Errors as Google words them. */
import type { JsonObject } from "./draft.ts";
import type { Behaviour, FailureKind } from "./behaviour.ts";

/** A complete error answer. */
export interface Failure {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

const JSON_TYPE = "application/json; charset=UTF-8";
const INVALID_KEY = "API key not valid. Please pass a valid API key.";

function googleError(
  code: number,
  status: string,
  message: string,
  details?: readonly JsonObject[],
): Failure {
  const error = { code, message, status, ...(details && { details }) };
  return { status: code, contentType: JSON_TYPE, text: `${JSON.stringify({ error }, null, 2)}\n` };
}

export function invalidArgument(message: string): Failure {
  return googleError(400, "INVALID_ARGUMENT", message);
}

export function notFound(what: string): Failure {
  return googleError(
    404,
    "NOT_FOUND",
    `${what} is not found or is not supported by this simulator.`,
  );
}

export function invalidKey(): Failure {
  return googleError(400, "INVALID_ARGUMENT", INVALID_KEY, [
    {
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason: "API_KEY_INVALID",
      domain: "googleapis.com",
      metadata: { service: "generativelanguage.googleapis.com" },
    },
    {
      "@type": "type.googleapis.com/google.rpc.LocalizedMessage",
      locale: "en-US",
      message: INVALID_KEY,
    },
  ]);
}

/** A stream that is not asked for as SSE answers an error as an array too. */
export function inArray(failure: Failure): Failure {
  return { ...failure, text: `[${failure.text}]\n` };
}

export const OVERLOADED = {
  code: 503,
  message: "The model is overloaded. Please try again later.",
  status: "UNAVAILABLE",
} as const;

const overloaded = googleError(OVERLOADED.code, OVERLOADED.status, OVERLOADED.message);

/** `reset` and `hang` are missing: they answer nothing. */
export const FAILURES: Readonly<Record<Exclude<FailureKind, "reset" | "hang">, Failure>> = {
  err400: invalidArgument("Request contains an invalid argument."),
  err429: googleError(
    429,
    "RESOURCE_EXHAUSTED",
    "You exceeded your current quota, please check your plan and billing details.",
    [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "7s" }],
  ),
  err500: googleError(500, "INTERNAL", "An internal error has occurred. Please retry."),
  err503: overloaded,
  "503once": overloaded,
  html502: {
    status: 502,
    contentType: "text/html; charset=UTF-8",
    text: "<!DOCTYPE html>\n<html lang=en>\n<title>Error 502 (Server Error)!!1</title>\n<p><b>502.</b> <ins>That’s an error.</ins>\n",
  },
};

/** Why a call gets no answer; `503once` fails the first of equal calls only. */
export function failureOf(
  { failure }: Pick<Behaviour, "failure">,
  isFirst: () => boolean,
): FailureKind | undefined {
  return failure === "503once" && !isFirst() ? undefined : failure;
}
