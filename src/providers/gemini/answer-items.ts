/** What the answers of one request, or the events of its stream, name that is billed apart from tokens. */
import type { ResponseFacts } from "../operation.ts";
import { readGeneratedImages } from "./generated-images.ts";
import { type ItemReading, QUERY_MEMBERS, readGrounding } from "./grounding.ts";
import { type JsonObject, objectIn, objectsIn } from "./json.ts";

export function readItems(
  answers: readonly JsonObject[],
): Pick<ResponseFacts, "items" | "hasUncountedItems"> {
  const grounding: JsonObject[] = [];
  const readings: ItemReading[] = [];
  let hasUnknown = false;
  for (const answer of answers) {
    for (const candidate of objectsIn(answer["candidates"])) {
      const metadata = objectIn(candidate["groundingMetadata"]);
      if (metadata !== undefined) grounding.push(metadata);
    }
    const salvaged = salvagedGrounding(answer);
    if (salvaged.length > 0) hasUnknown = true;
    grounding.push(...salvaged);
    const { predictions } = answer;
    if (predictions !== undefined) readings.push(readGeneratedImages(predictions));
  }
  if (grounding.length > 0) readings.unshift(readGrounding(grounding));
  const items = readings.flatMap((reading) => reading.items);
  hasUnknown ||= readings.some((reading) => reading.hasUnknown);
  return { ...(items.length > 0 && { items }), ...(hasUnknown && { hasUncountedItems: true }) };
}

/**
 * What stands outside a candidate was salvaged from an answer that could not be parsed whole: there
 * may have been more of it.
 */
function salvagedGrounding(answer: JsonObject): readonly JsonObject[] {
  const whole = objectIn(answer["groundingMetadata"]);
  const queries = QUERY_MEMBERS.filter((member) => answer[member] !== undefined);
  if (whole === undefined && queries.length === 0) return [];
  return [
    whole ?? {},
    Object.fromEntries(queries.map((member) => [member, answer[member]])),
  ].filter((metadata) => Object.keys(metadata).length > 0);
}
