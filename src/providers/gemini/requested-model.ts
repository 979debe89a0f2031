/** The model that a request names in its body, for the APIs that have it there and not in the URL. */
import { modelIdOf } from "../../pricing/model-id.ts";
import type { ProviderRequest } from "../operation.ts";

/** Quotes inside texts are escaped, so what the app says can't be mistaken for a member. */
const MODEL = /"model"\s*:\s*"(?<model>[^"\\]{1,256})"/;
/** Vertex AI's OpenAI-compatible endpoint names the publisher: `google/gemini-2.5-flash`. */
const PUBLISHER = /^google\//;

/** Searched for, not parsed: bodies carry images. Undefined where the body can't be read. */
export function requestedModelIn(request: Pick<ProviderRequest, "bodyText">): string | undefined {
  const model = MODEL.exec(request.bodyText() ?? "")?.groups?.["model"];
  return model === undefined ? undefined : bareModel(model);
}

/** `models/gemini-2.5-flash` and `google/gemini-2.5-flash` as the id that other answers name. */
export function bareModel(name: string): string {
  return modelIdOf(name.replace(PUBLISHER, ""));
}
