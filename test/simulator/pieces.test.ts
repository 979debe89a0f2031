import { expect, test } from "vitest";

import { type Json, eventsOf, generate, jsonOf, post, simulated, stream } from "./client.ts";
import { costOfPieces, type Pieces } from "./pieces.ts";

const MILL = 1_000_000_000n; // a tenth of a cent, in picodollars

test.each<[string, Pieces, bigint | undefined]>([
  ["gemini-3.8-flash", { queries: ["A", "B", "A"] }, 28n * MILL],
  ["gemini-2.5-flash", { queries: ["A", "B", "A"] }, 35n * MILL],
  ["gemini-2.5-flash", { queries: [] }, 0n],
  ["gemini-3.8-flash", { places: true }, 14n * MILL],
  ["gemini-2.5-pro", { places: true }, 25n * MILL],
  ["imagen-4.0-ultra-generate-001", { images: 2 }, 120n * MILL],
  ["imagen-9", { images: 1 }, undefined],
])("%s charges for %o", (model, pieces, cost) => {
  expect(costOfPieces(model, pieces)).toBe(cost);
});

test("a grounded answer names its searches, a stream a part of them in each chunk", async () => {
  const simulator = await simulated();
  const [whole, events] = await Promise.all([
    jsonOf(generate(simulator, "gemini-3.8-flash-sim-grounded2")),
    eventsOf(stream(simulator, "gemini-3.8-flash-sim-grounded2")),
  ]);
  const named = ["weather in city 1", "weather in city 2", "weather in city 1"];
  const queriesIn = ({ candidates }: Json) =>
    candidates[0].groundingMetadata.webSearchQueries ?? [];
  expect(queriesIn(whole)).toEqual(named);
  expect(events.map(queriesIn)).toEqual([[], [named[0]], [named[1]], [named[2]]]);
});

test("Imagen makes as many pictures as it is asked for, less those that it withholds", async () => {
  const simulator = await simulated();
  const imagine = async (behaviour: string) => {
    const path = "/v1beta1/publishers/google/models/imagen-4.0-generate-001:predict";
    const instances = [{ prompt: `a cat [[sim:${behaviour}]]` }];
    const body = { instances, parameters: { sampleCount: 3 } };
    return (await jsonOf(post(simulator, path, body)))["predictions"];
  };
  const withheld = { raiFilteredReason: expect.any(String) };
  const picture = { mimeType: "image/gif", bytesBase64Encoded: expect.any(String) };
  expect(await imagine("ok")).toEqual([picture, picture, picture]);
  expect(await imagine("safety")).toEqual([withheld, picture, picture]);
  expect(await imagine("blocked")).toEqual([withheld, withheld, withheld]);
  expect(simulator.calls.map(({ costUsd }) => costUsd)).toEqual(["0.12", "0.08", "0"]);
});
