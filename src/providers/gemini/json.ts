/**
 * Looking into parsed JSON of which nothing is promised.
 *
 * What providers send grows and changes; every look at it is a question that may be answered by
 * `undefined`, and none throws.
 */

export type JsonObject = { readonly [key: string]: unknown };

/** The value if it is an object with members, else undefined. */
export function objectIn(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

/** The object that a text of JSON is, else undefined. */
export function objectOf(text: string): JsonObject | undefined {
  try {
    return objectIn(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The members of a list that are objects; none if it isn't a list. */
export function objectsIn(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The value if it is a text of sensible length, else undefined. */
export function textIn(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value.length <= 256 ? value : undefined;
}

/** More than any request can hold, and small enough that sums of counts stay exact. */
const MAX_COUNT = 1e12;

/** The value if it is a count: whole and not negative, or such digits in a text; else undefined. */
export function countIn(value: unknown): number | undefined {
  const count = typeof value === "string" && /^\d{1,13}$/.test(value) ? Number(value) : value;
  if (typeof count !== "number" || !Number.isInteger(count)) return undefined;
  return count >= 0 && count <= MAX_COUNT ? count : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
