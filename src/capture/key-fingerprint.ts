/**
 * Fingerprints of API keys: they tell keys apart in the ledger, so that one which leaked shows by
 * what it is used for, and don't give them away, as they can't be made without the app's own secret.
 */
import { createHmac } from "node:crypto";

import { RecentMap } from "../base/recent-map.ts";
import type { ProviderRequest } from "../providers/operation.ts";

const LENGTH = 16;
const MAX_KEYS = 100;
/** Other tokens there, of OAuth, are new each hour: they tell nothing apart. */
const KEY_AS_BEARER = /^Bearer (AIza[\w-]+)$/i;

export class KeyFingerprints {
  readonly #secret: string;
  /**
   * By the key itself, which the client holds in memory for as long. A digest in its place would
   * have to be made for each request, and that is all the work that is saved here.
   */
  readonly #recent = new RecentMap<string, string>(MAX_KEYS);

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** That of the key which a request bears; undefined where it bears none. */
  ofRequest(request: ProviderRequest): string | undefined {
    const key = keyOf(request);
    return key === undefined ? undefined : this.#of(key);
  }

  /** 16 hex digits. */
  #of(key: string): string {
    const known = this.#recent.get(key);
    if (known !== undefined) return known;
    const digest = createHmac("sha256", this.#secret).update(key).digest("hex");
    const fingerprint = digest.slice(0, LENGTH);
    this.#recent.set(key, fingerprint);
    return fingerprint;
  }
}

function keyOf(request: ProviderRequest): string | undefined {
  const key =
    request.header("x-goog-api-key") ??
    request.url.searchParams.get("key") ??
    KEY_AS_BEARER.exec(request.header("authorization") ?? "")?.[1];
  return key === "" ? undefined : key;
}
