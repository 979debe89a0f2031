import { expect, test } from "vitest";

import { readGeneratedImages } from "../../../src/providers/gemini/generated-images.ts";

const BYTES = { mimeType: "image/png", bytesBase64Encoded: "iVBO", prompt: "CANARY" };
const STORED = { mimeType: "image/png", gcsUri: "gs://bucket/1.png" };
const WITHHELD = { raiFilteredReason: "CANARY" };
const SAFETY = { contentType: "Positive Prompt", safetyAttributes: { categories: [] } };

test.each<[string, unknown, number]>([
  ["each image", [BYTES, BYTES, BYTES], 3],
  ["images put into a bucket", [STORED, BYTES], 2],
  ["an image that doesn't say that it is one", [{ bytesBase64Encoded: "iVBO" }], 1],
  ["none that was withheld", [BYTES, WITHHELD], 1],
  ["none where all were withheld, which is a known zero", [WITHHELD, WITHHELD], 0],
  ["no ratings of the prompt", [BYTES, SAFETY], 1],
])("counts %s", (_what, predictions, quantity) => {
  expect(readGeneratedImages(predictions)).toEqual({
    items: [{ kind: "image", quantity }],
    hasUnknown: false,
  });
});

test.each<[string, unknown]>([
  ["embeddings", [{ embeddings: { values: [0.1], statistics: { token_count: 6 } } }]],
  ["embeddings of images", [{ imageEmbedding: [0.1], textEmbedding: [0.2] }]],
  ["an image without its bytes", [{ mimeType: "image/png", bytesBase64Encoded: "" }]],
  ["no predictions", []],
  ["no list", { bytesBase64Encoded: "iVBO" }],
  ["nothing", undefined],
])("%s are no images", (_what, predictions) => {
  expect(readGeneratedImages(predictions)).toEqual({ items: [], hasUnknown: false });
});

test("what was made and is no image may be billed otherwise", () => {
  const song = { mimeType: "audio/wav", bytesBase64Encoded: "UklG" };
  expect(readGeneratedImages([song])).toEqual({ items: [], hasUnknown: true });
  expect(readGeneratedImages([song, BYTES])).toEqual({
    items: [{ kind: "image", quantity: 1 }],
    hasUnknown: true,
  });
});
