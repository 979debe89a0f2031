/** Responses in one form: never cached, never sniffed, errors as `{"error":{"code","message"}}`. */

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A web-standard handler, as a Next.js route, Hono or Bun takes it. */
export type WebHandler = (request: Request) => Promise<Response>;

const JSON_TYPE = "application/json; charset=utf-8";

/** The answer as a Response; without its body when the request was HEAD. */
export function respond(request: Request, answer: Answer): Response {
  return new Response(request.method === "HEAD" ? null : answer.text, {
    status: answer.status,
    headers: {
      "content-type": answer.contentType,
      "content-length": String(Buffer.byteLength(answer.text)),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...answer.headers,
    },
  });
}

/** @throws TypeError when `value` has no JSON, such as a bigint. */
export function json(status: number, value: unknown): Answer {
  return { status, contentType: JSON_TYPE, text: `${JSON.stringify(value)}\n` };
}

export function failure(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { ...json(status, { error: { code, message } }), headers };
}

/** The refusal of a method that only reads may not have; `undefined` for GET and HEAD. */
export function refusedMethod(request: Request): Answer | undefined {
  if (request.method === "GET" || request.method === "HEAD") return undefined;
  const message = `Expected GET or HEAD, got ${request.method}`;
  return failure(405, "ERR_METHOD", message, { allow: "GET, HEAD" });
}
