/**
 * Model names as providers spell them, brought to the ids of the price book.
 *
 * A price is never found by a bare prefix: `gemini-3.8-flash-tts` is not `gemini-3.8-flash`, and
 * costs more than twice as much.
 */
import type { ModelPrice } from "./list-price.ts";

const RESOURCE_PREFIX = /^(?:(?:projects\/.+\/)?publishers\/google\/)?models\//;
/** A frozen version of a model: `-001`, `-preview-05-20`, `-09-2025`. */
const VERSION_SUFFIX =
  /-(?:\d{3}|preview-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|1[0-2])-20\d\d)$/;

/** `"models/Gemini-2.5-Flash"` is `"gemini-2.5-flash"`. */
export function modelIdOf(name: string): string {
  return name.toLowerCase().replace(RESOURCE_PREFIX, "");
}

/** By id or alias, by pattern, then as a frozen version of an id. */
export function findModel<M extends ModelPrice>(
  models: readonly M[],
  modelId: string,
): M | undefined {
  const stem = withoutVersion(modelId);
  return (
    models.find((model) => isNameOf(model, modelId)) ??
    models.find((model) => model.patterns?.some((pattern) => pattern.test(modelId))) ??
    (stem === undefined ? undefined : models.find((model) => model.id === stem))
  );
}

/** True of an id and an alias: what names this model and no version of it. */
export function isNameOf({ id, aliases }: ModelPrice, modelId: string): boolean {
  return id === modelId || aliases?.includes(modelId) === true;
}

/**
 * Ids that share the most segments of `modelId` from its beginning, two at least: of
 * `gemini-3.8-pro-new` the ids `gemini-3.8-…`. For a message, never for a price.
 */
export function familyOf(models: readonly ModelPrice[], modelId: string): readonly string[] {
  const segments = modelId.split("-");
  for (let count = segments.length; count >= 2; count--) {
    const stem = segments.slice(0, count).join("-");
    const family = models.filter(({ id }) => id === stem || id.startsWith(`${stem}-`));
    if (family.length > 0) return family.map(({ id }) => id);
  }
  return [];
}

/** The id of which `modelId` is a frozen version; undefined when it is not named like one. */
export function withoutVersion(modelId: string): string | undefined {
  const stem = modelId.replace(VERSION_SUFFIX, "");
  return stem === modelId ? undefined : stem;
}
