/** Vertex AI's `:predict` of an image model → images made, of which each is billed. */
import type { ItemReading } from "./grounding.ts";
import { type JsonObject, objectsIn } from "./json.ts";

/**
 * The images in `predictions`. One that was withheld is told in place of the image, and isn't
 * billed: an answer of such alone has made none. Embeddings are no images, and have no items.
 */
export function readGeneratedImages(predictions: unknown): ItemReading {
  const all = objectsIn(predictions);
  const made = all.filter(isMade);
  const images = made.filter(isImage).length;
  const isWithheld = made.length === 0 && all.some((one) => "raiFilteredReason" in one);
  return {
    items: images > 0 || isWithheld ? [{ kind: "image", quantity: images }] : [],
    hasUnknown: images < made.length,
  };
}

function isMade({ bytesBase64Encoded, gcsUri }: JsonObject): boolean {
  return [bytesBase64Encoded, gcsUri].some((text) => typeof text === "string" && text !== "");
}

function isImage({ mimeType }: JsonObject): boolean {
  return mimeType === undefined || (typeof mimeType === "string" && /^image\//i.test(mimeType));
}
