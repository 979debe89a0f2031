/**
 * Token counts in disjoint kinds: each token that is billed stands in exactly one of them.
 *
 * Gemini's own counts overlap (cached is part of prompt) or stand outside the obvious sum (tool-use
 * prompts, thoughts), which is where cost tools go wrong. The provider untangles them once.
 */

export const MODALITIES = ["text", "image", "audio", "video", "document"] as const;
export type Modality = (typeof MODALITIES)[number];
export type ModalityCounts = { readonly [M in Modality]?: number };

/** The five kinds, in the order in which metrics and tables show them. */
export const TOKEN_KINDS = ["input", "cachedInput", "toolUse", "output", "thinking"] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

export interface TokenCounts {
  /** Prompt tokens that were not read from a cache. */
  readonly input: number;
  /** Prompt tokens read from a cache. */
  readonly cachedInput: number;
  /** Prompt tokens of tool results that the provider fed back to the model by itself. */
  readonly toolUse: number;
  /** Answer tokens, without thinking. */
  readonly output: number;
  readonly thinking: number;
  /**
   * Known split of a kind by modality. A kind may be absent, or its split may sum to less than the
   * count: the remainder is of the model's default modality.
   */
  readonly modalities?: {
    readonly [K in Exclude<TokenKind, "thinking">]?: ModalityCounts;
  };
}

/** All that went in: cached and tool-use tokens included. */
export function inputTokens(tokens: TokenCounts): number {
  return tokens.input + tokens.cachedInput + tokens.toolUse;
}

/** All that came out: thinking included. */
export function outputTokens(tokens: TokenCounts): number {
  return tokens.output + tokens.thinking;
}
