/** `usageMetadata` as Google writes it, built from counts by modality. */

export const MODALITIES = ["TEXT", "IMAGE", "AUDIO", "VIDEO", "DOCUMENT"] as const;
export type Modality = (typeof MODALITIES)[number];
export type ModalityCounts = { readonly [M in Modality]?: number };

export interface ModalityTokenCount {
  readonly modality: string;
  readonly tokenCount: number;
}

/** The members that the simulator writes or reads; a `[[usage:…]]` directive may bring others. */
export interface UsageMetadata {
  readonly promptTokenCount?: number;
  readonly cachedContentTokenCount?: number;
  readonly toolUsePromptTokenCount?: number;
  readonly candidatesTokenCount?: number;
  readonly thoughtsTokenCount?: number;
  readonly totalTokenCount?: number;
  readonly promptTokensDetails?: readonly ModalityTokenCount[];
  readonly cacheTokensDetails?: readonly ModalityTokenCount[];
  readonly toolUsePromptTokensDetails?: readonly ModalityTokenCount[];
  readonly candidatesTokensDetails?: readonly ModalityTokenCount[];
  readonly serviceTier?: string;
  readonly trafficType?: string;
}

/** `cached` is part of `prompt`, as on the wire. */
export interface Counts {
  readonly prompt: ModalityCounts;
  readonly cached?: ModalityCounts;
  readonly toolUse?: ModalityCounts;
  readonly candidates?: ModalityCounts;
  readonly thoughts?: number;
}

/** Google leaves out what is zero, as protocol buffers do. */
export function usageMetadataOf(counts: Counts): UsageMetadata {
  const { prompt, cached = {}, toolUse = {}, candidates = {}, thoughts = 0 } = counts;
  const total = sum(prompt) + sum(toolUse) + sum(candidates) + thoughts;
  return {
    promptTokenCount: sum(prompt),
    ...(sum(candidates) > 0 && { candidatesTokenCount: sum(candidates) }),
    totalTokenCount: total,
    ...(sum(cached) > 0 && { cachedContentTokenCount: sum(cached) }),
    promptTokensDetails: details(prompt),
    ...(sum(cached) > 0 && { cacheTokensDetails: details(cached) }),
    ...(sum(candidates) > 0 && { candidatesTokensDetails: details(candidates) }),
    ...(sum(toolUse) > 0 && {
      toolUsePromptTokenCount: sum(toolUse),
      toolUsePromptTokensDetails: details(toolUse),
    }),
    ...(thoughts > 0 && { thoughtsTokenCount: thoughts }),
  };
}

/**
 * The running total after `done` of `of` chunks: the prompt and the thoughts stand from the first
 * chunk on, the answer grows. The last one is `usage` itself.
 */
export function runningTotal(usage: UsageMetadata, done: number, of: number): UsageMetadata {
  if (done === of) return usage;
  const { candidatesTokensDetails: _, ...rest } = usage;
  const candidates = usage.candidatesTokenCount ?? 0;
  const soFar = Math.floor((candidates * done) / of);
  return {
    ...rest,
    ...(usage.candidatesTokenCount !== undefined && { candidatesTokenCount: soFar }),
    ...(usage.totalTokenCount !== undefined && {
      totalTokenCount: usage.totalTokenCount - candidates + soFar,
    }),
  };
}

export function plus(counts: ModalityCounts, more: ModalityCounts): ModalityCounts {
  return Object.fromEntries(
    MODALITIES.map((modality) => [modality, (counts[modality] ?? 0) + (more[modality] ?? 0)]),
  );
}

export function sum(counts: ModalityCounts): number {
  return MODALITIES.reduce((total, modality) => total + (counts[modality] ?? 0), 0);
}

export function details(counts: ModalityCounts): readonly ModalityTokenCount[] {
  return MODALITIES.flatMap((modality) => {
    const tokenCount = counts[modality] ?? 0;
    return tokenCount > 0 ? [{ modality, tokenCount }] : [];
  });
}
