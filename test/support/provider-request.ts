/** A request as a provider sees it. */
import { OutgoingRequest } from "../../src/capture/outgoing-request.ts";
import type { ProviderRequest } from "../../src/providers/operation.ts";

export function aRequest(method: string, url: string, init: RequestInit = {}): ProviderRequest {
  return new OutgoingRequest(url, url, { ...init, method });
}
