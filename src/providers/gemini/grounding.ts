/**
 * `groundingMetadata` → the searches that an answer rests on, which are billed apart from tokens.
 *
 * Queries say what users asked. They are compared here, and nothing of them goes further.
 */
import type { UsedItem } from "../../usage/items.ts";
import { type JsonObject, objectIn, objectsIn } from "./json.ts";

export interface ItemReading {
  readonly items: readonly UsedItem[];
  /** True when there is more that may be billed, and it isn't known what. */
  readonly hasUnknown: boolean;
}

const WEB_QUERIES = ["webSearchQueries", "imageSearchQueries"];
/** Of Vertex AI's retrieval tools: the map is one, data stores of the user's own are others. */
const RETRIEVAL_QUERIES = ["retrievalQueries"];
/** Each may stand in several events of a stream, with other queries. */
export const QUERY_MEMBERS: readonly string[] = [...WEB_QUERIES, ...RETRIEVAL_QUERIES];

/** Members that come with a search, and are none by themselves. */
const PRESENTATION = ["searchEntryPoint", "groundingSupports", "sourceFlaggingUris"];
const KNOWN_MEMBERS: ReadonlySet<string> = new Set([
  ...QUERY_MEMBERS,
  ...PRESENTATION,
  "groundingChunks",
  "googleMapsWidgetContextToken",
  "retrievalMetadata", // how likely a search was to help, also where there was none
]);

/**
 * The searches in all the metadata of one request: of its candidates, and of the events of its
 * stream, which may repeat each other. Each different query counts once, as Google says it does;
 * where none is named and results of a search are there, it was one.
 */
export function readGrounding(metadata: readonly JsonObject[]): ItemReading {
  if (metadata.length === 0) return { items: [], hasUnknown: false };
  const chunks = metadata.flatMap((one) => objectsIn(one["groundingChunks"]));
  const has = (...kinds: readonly string[]) =>
    chunks.some((chunk) => kinds.some((kind) => objectIn(chunk[kind]) !== undefined));

  const isOnMap =
    has("maps") || metadata.some((one) => isFilled(one["googleMapsWidgetContextToken"]));
  const retrievals = differentTexts(metadata, RETRIEVAL_QUERIES);
  const searches = Math.max(differentTexts(metadata, WEB_QUERIES), has("web", "image") ? 1 : 0);
  const items: UsedItem[] = [];
  if (searches > 0) items.push({ kind: "google_search", quantity: searches });
  if (isOnMap) items.push({ kind: "google_maps", quantity: Math.max(retrievals, 1) });

  const isExplained = items.length > 0 || has("retrievedContext"); // files: their text is tokens
  return {
    items,
    hasUnknown:
      (retrievals > 0 && !isOnMap) ||
      metadata.some((one) => Object.keys(one).some((name) => isUnknown(name, one[name]))) ||
      (!isExplained &&
        (chunks.length > 0 ||
          metadata.some((one) => PRESENTATION.some((name) => isFilled(one[name]))))),
  };
}

function differentTexts(metadata: readonly JsonObject[], members: readonly string[]): number {
  const lists = metadata.flatMap((one) => members.map((member) => one[member]));
  const texts = lists.flatMap((list) => (Array.isArray(list) ? list : []));
  return new Set(texts.filter((text) => typeof text === "string" && text !== "")).size;
}

function isUnknown(member: string, value: unknown): boolean {
  return !KNOWN_MEMBERS.has(member) && isFilled(value);
}

function isFilled(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return typeof value === "string" ? value !== "" : value !== undefined && value !== null;
}
