import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { QUERY_MEMBERS, readGrounding } from "../../../src/providers/gemini/grounding.ts";

/** `"2 google_search + 1 google_maps"`, and `"+ ?"` where there is more. */
function shown(...metadata: Parameters<typeof readGrounding>[0]): string {
  const { items, hasUnknown } = readGrounding(metadata);
  const texts = items.map(({ kind, quantity }) => `${quantity} ${kind}`);
  return [...texts, ...(hasUnknown ? ["?"] : [])].join(" + ");
}

const WEB = { web: { uri: "https://example.com", title: "example.com" } };
const PLACE = { maps: { uri: "https://maps.google.com/?cid=1", placeId: "places/1" } };
const IMAGE = { image: { imageUri: "https://example.com/cat.png" } };
const FILE = { retrievedContext: { uri: "files/1", text: "CANARY" } };
const ENTRY = { searchEntryPoint: { renderedContent: "<div>CANARY</div>" } };
const SUPPORTS = { groundingSupports: [{ groundingChunkIndices: [0] }] };

test.each([
  ["no metadata of a search that might have been", {}, ""],
  ["empty lists", { webSearchQueries: [], groundingChunks: [], groundingSupports: [] }, ""],
  ["how likely a search was to help", { retrievalMetadata: { score: 0.2 } }, ""],
  ["a query", { webSearchQueries: ["weather"], ...ENTRY, ...SUPPORTS }, "1 google_search"],
  ["a query twice (litellm#36397)", { webSearchQueries: ["A", "B", "A"] }, "2 google_search"],
  ["an empty query", { webSearchQueries: ["", "A"] }, "1 google_search"],
  ["only an empty query", { webSearchQueries: [""] }, ""],
  ["what is no query", { webSearchQueries: [7, null, {}] }, ""],
  ["no list of queries", { webSearchQueries: "A" }, ""],
  [
    "queries of images too",
    { webSearchQueries: ["A"], imageSearchQueries: ["cat", "A"] },
    "2 google_search",
  ],
  ["results of the web without a query", { groundingChunks: [WEB, WEB] }, "1 google_search"],
  ["images found without a query", { groundingChunks: [IMAGE] }, "1 google_search"],
  ["places", { groundingChunks: [PLACE, PLACE], ...SUPPORTS }, "1 google_maps"],
  ["a widget of the map", { googleMapsWidgetContextToken: "widget/1" }, "1 google_maps"],
  [
    "queries on the map",
    { retrievalQueries: ["café", "bar", "café"], groundingChunks: [PLACE] },
    "2 google_maps",
  ],
  [
    "the web and the map",
    { webSearchQueries: ["A"], groundingChunks: [WEB, PLACE] },
    "1 google_search + 1 google_maps",
  ],
  ["files, whose text is tokens", { groundingChunks: [FILE], ...SUPPORTS }, ""],
  ["a data store that is billed by Vertex AI Search", { retrievalQueries: ["A"] }, "?"],
  ["a search of which only the looks are told", ENTRY, "?"],
  ["supports by nothing that is there", SUPPORTS, "?"],
  ["results of a kind that isn't known here", { groundingChunks: [{ moon: {} }] }, "?"],
  [
    "a member that isn't known here",
    { webSearchQueries: ["A"], moonSearchQueries: ["B"] },
    "1 google_search + ?",
  ],
])("%s", (_what, metadata, items) => {
  expect(shown(metadata)).toBe(items);
});

describe("several metadata of one request", () => {
  test("are one: a query counts once, whoever names it", () => {
    const [a, b] = [{ webSearchQueries: ["A", "B"] }, { webSearchQueries: ["B", "C"] }];
    expect(shown(a, b, a)).toBe("3 google_search");
    expect(shown({ groundingChunks: [WEB] }, a)).toBe("2 google_search");
    expect(shown(ENTRY, a)).toBe("2 google_search");
  });

  test("say the same in whatever order, and however their lists are split", () => {
    const queries = fc.uniqueArray(fc.constantFrom("A", "B", "C", "D", ""), { maxLength: 5 });
    const member = fc.constantFrom(...QUERY_MEMBERS);
    const part = fc.oneof(
      fc.tuple(member, queries).map(([name, list]) => ({ [name]: list })),
      fc.constantFrom(
        ENTRY,
        SUPPORTS,
        ...[WEB, PLACE, FILE].map((c) => ({ groundingChunks: [c] })),
      ),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const whole: Record<string, unknown[]> = {};
        for (const one of parts.filter((each) => each !== ENTRY)) {
          for (const [name, list] of Object.entries(one)) {
            whole[name] = [...(whole[name] ?? []), ...(list as unknown[])];
          }
        }
        const entry = parts.includes(ENTRY) ? ENTRY : {};
        expect(shown({ ...whole, ...entry })).toBe(shown(...parts));
        expect(shown(...parts.toReversed())).toBe(shown(...parts));
      }),
    );
  });
});

test("nothing of a query or a result is in what is read", () => {
  const metadata = { webSearchQueries: ["CANARY"], groundingChunks: [FILE], ...ENTRY };
  expect(JSON.stringify(readGrounding([metadata]))).not.toContain("CANARY");
});
