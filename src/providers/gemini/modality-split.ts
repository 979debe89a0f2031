/**
 * How many tokens of a count are text, image, audio: `promptTokensDetails` and its like, made disjoint.
 */
import { MODALITIES, type Modality, type ModalityCounts } from "../../usage/tokens.ts";
import { countIn, objectsIn } from "./json.ts";

/** Tokens by modality; what is absent is zero. */
type Split = { [M in Modality]?: number };

const MODALITY_NAMES: ReadonlyMap<unknown, Modality> = new Map(
  MODALITIES.map((modality) => [modality.toUpperCase(), modality]),
);

/** The split in a list of `{ modality, tokenCount }`, in any order; undefined when it holds none. */
export function splitIn(details: unknown): ModalityCounts | undefined {
  const split: Split = {};
  for (const detail of objectsIn(details)) {
    const modality = MODALITY_NAMES.get(detail["modality"]);
    const count = countIn(detail["tokenCount"]);
    if (modality !== undefined && count) split[modality] = (split[modality] ?? 0) + count;
  }
  return orUndefined(split);
}

export function sumOf(split: ModalityCounts): number {
  return MODALITIES.reduce((sum, modality) => sum + (split[modality] ?? 0), 0);
}

/**
 * The split of the `cached` tokens of a prompt, when it isn't given: text first, and tokens of no
 * stated modality, which count as text; then the others.
 */
export function cachedPart(
  prompt: ModalityCounts | undefined,
  promptTokens: number,
  cachedTokens: number,
): ModalityCounts | undefined {
  if (prompt === undefined || cachedTokens === 0) return undefined;
  let rest = Math.max(0, cachedTokens - (promptTokens - sumOf(prompt)));
  const part: Split = {};
  for (const modality of MODALITIES) {
    const taken = Math.min(prompt[modality] ?? 0, rest);
    if (taken > 0) part[modality] = taken;
    rest -= taken;
  }
  return orUndefined(part);
}

/** `whole` without `part`, modality by modality, and never below zero. */
export function without(
  whole: ModalityCounts | undefined,
  part: ModalityCounts | undefined,
): ModalityCounts | undefined {
  if (whole === undefined || part === undefined) return whole;
  const left: Split = {};
  for (const modality of MODALITIES) {
    const count = (whole[modality] ?? 0) - (part[modality] ?? 0);
    if (count > 0) left[modality] = count;
  }
  return orUndefined(left);
}

function orUndefined(split: Split): ModalityCounts | undefined {
  return MODALITIES.some((modality) => split[modality] !== undefined) ? split : undefined;
}
