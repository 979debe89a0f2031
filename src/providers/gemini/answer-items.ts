/** What the answers of one request, or the events of its stream, name that is billed apart from tokens. */
import type { ResponseFacts } from "../operation.ts";
import { readGeneratedImages } from "./generated-images.ts";
import { type ItemReading, QUERY_MEMBERS, readGrounding } from "./grounding.ts";
import { type JsonObject, objectIn, objectsIn } from "./json.ts";

export function readItems(
  answers: readonly JsonObject[],
): Pick<ResponseFacts, "items" | "hasUncountedItems"> {
  const grounding: JsonObject[] = [];
  const salvaged: JsonObject[] = [];
  const readings: ItemReading[] = [];
  for (const answer of answers) {
    const candidates = objectsIn(answer["candidates"]);
    grounding.push(...objectsIn(candidates.map(({ groundingMetadata }) => groundingMetadata)));
    salvaged.push(...salvagedGrounding(answer));
    readings.push(readGeneratedImages(answer["predictions"]));
  }
  readings.unshift(readGrounding([...grounding, ...salvaged]));
  const items = readings.flatMap((reading) => reading.items);
  const hasUnknown = salvaged.length > 0 || readings.some((reading) => reading.hasUnknown);
  return { ...(items.length > 0 && { items }), ...(hasUnknown && { hasUncountedItems: true }) };
}

/**
 * What stands outside a candidate was salvaged from an answer that could not be parsed whole: there
 * may have been more of it.
 */
function salvagedGrounding(answer: JsonObject): readonly JsonObject[] {
  const queries = QUERY_MEMBERS.filter((member) => answer[member] !== undefined);
  const whole = objectIn(answer["groundingMetadata"]);
  if (queries.length === 0 && whole === undefined) return [];
  return [
    whole ?? {},
    Object.fromEntries(queries.map((member) => [member, answer[member]])),
  ].filter((metadata) => Object.keys(metadata).length > 0);
}
