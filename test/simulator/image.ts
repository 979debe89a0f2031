/** Answers of Vertex AI's `:predict` to Imagen: pictures, and no word of usage. */
import type { Answer } from "./answer.ts";
import { PIXEL, type Question } from "./draft.ts";
import { isObject } from "./prompt.ts";

/** Of `safety` the first picture is withheld, of `blocked` all are. */
export function imagesTo({ baseModel, behaviour, body }: Question): Answer {
  const asked = isObject(body["parameters"]) ? Number(body["parameters"]["sampleCount"] ?? 1) : 1;
  const withheld = { blocked: asked, safety: 1 }[behaviour.answer as string] ?? 0;
  const megabytes = behaviour.answer === "huge" ? (behaviour.answerAmount ?? 8) : 0;
  const bytes = PIXEL + "iVBO".repeat(Math.floor((megabytes * 1024 * 1024) / 3));
  const predictions = Array.from({ length: asked }, (_, index) =>
    index < withheld
      ? { raiFilteredReason: "Your current safety filter threshold filtered out an image." }
      : { mimeType: "image/gif", bytesBase64Encoded: bytes },
  );
  const whole = { predictions };
  const pieces = { images: asked - withheld };
  return { servedModel: baseModel, whole, chunks: [whole], usageAtChunk: [], pieces };
}
