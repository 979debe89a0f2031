/** Bearer tokens (RFC 6750), compared in a time that does not tell how much of one was right. */
import { createHash, timingSafeEqual } from "node:crypto";

import { failure, type Answer } from "./response.ts";

/** The refusal of a request without the token; `undefined` when it may pass, as all may without a token. */
export function refusedBearer(request: Request, token: string | undefined): Answer | undefined {
  if (token === undefined) return undefined;
  const given = /^Bearer +(\S+) *$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (given !== undefined && timingSafeEqual(digest(given), digest(token))) return undefined;
  const message =
    "Expected the header `Authorization: Bearer <token>` with the token of this server";
  return failure(401, "ERR_UNAUTHORIZED", message, {
    "www-authenticate": 'Bearer realm="spendspan"',
  });
}

/** Digests are of one length, which the comparison needs and the tokens would give away. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
