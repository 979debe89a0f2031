/**
 * What capture and the providers say to each other: a provider recognises a request, reads what its
 * answer says of the usage, and prices it. Capture knows HTTP, and nothing of any provider.
 */
import type { PricedCost } from "../usage/record.ts";
import type { TokenCounts } from "../usage/tokens.ts";

/** What one answer, or one event of a streamed answer, says. Absent means: it does not say. */
export interface ResponseFacts {
  /** The model that served the request. */
  readonly model?: string;
  readonly responseId?: string;
  readonly tokens?: TokenCounts;
  /** True when the provider's counts don't sum to its own total. */
  readonly tokensMismatch?: boolean;
  readonly serviceTier?: string;
  readonly finishReasons?: readonly string[];
  /** Why content was withheld: `SAFETY`, `PROHIBITED_CONTENT`. */
  readonly blockReason?: string;
  /** An error object in the answer; `type` of low cardinality (`RESOURCE_EXHAUSTED`). */
  readonly error?: { readonly type: string; readonly message: string };
  /** True when the answer holds billed items that `tokens` doesn't count, such as grounding. */
  readonly hasUncountedItems?: boolean;
}

/** All that is known of a call when it is priced. */
export interface Outcome {
  readonly facts: ResponseFacts;
  /** `undefined` when no HTTP answer came. */
  readonly httpStatusCode: number | undefined;
  /** True when the request surely never reached the provider (refused, no such host). */
  readonly neverSent: boolean;
  /** False when the answer broke off before its end. */
  readonly complete: boolean;
  readonly startedAtMs: number;
}

/** One request, recognised. */
export interface Operation {
  /** `google_ai`, or the name in a user's HTTP rule. */
  readonly provider: string;
  readonly platform: string | undefined;
  /** `gen_ai.provider.name`; `undefined` when the request is not to a generative model. */
  readonly genAiProvider: string | undefined;
  /** `gen_ai.operation.name`: `generate_content`, `embeddings`. */
  readonly genAiOperation: string | undefined;
  /** The API method, and the default of the `endpoint` tag. */
  readonly name: string;
  readonly requestedModel: string | undefined;
  readonly streaming: boolean;
  /** False for calls known to be free (`countTokens`): they get a span, and no record. */
  readonly billed: boolean;
  /**
   * The members of an answer that `read` looks at; empty when the body says nothing of interest.
   * `sparse` ones may stand in any event of a stream, `common` ones are in its last event. Capture
   * uses the names to skip events unparsed, and to salvage a body too large to be kept whole.
   */
  readonly members: {
    readonly sparse: readonly string[];
    readonly common: readonly string[];
  };
  readonly serverAddress: string;
  readonly serverPort: number | undefined;
  /** The facts in one parsed JSON answer, or in one event of a stream. Never throws. */
  read(payload: unknown): ResponseFacts;
  /** Never throws. */
  price(outcome: Outcome): PricedCost;
}

/** For answers whose body says nothing of interest. */
export const NO_MEMBERS: Operation["members"] = { sparse: [], common: [] };

export interface Provider {
  /**
   * Whether a request to this URL, as the app wrote it, can be this provider's. A test of the text,
   * with no URL parsed: it may say yes to a stranger, and never says no to one of its own.
   */
  mayMatch(url: string): boolean;
  /** The operation that a request is, or undefined when it is none of this provider's. */
  match(method: string, url: URL): Operation | undefined;
}
