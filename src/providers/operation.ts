/**
 * What capture and the providers say to each other: a provider recognises a request, reads what its
 * answer says of the usage, and prices it. Capture knows HTTP, and nothing of any provider.
 */
import type { UsedItem } from "../usage/items.ts";
import type { PricedCost, UsageStatus } from "../usage/record.ts";
import type { TokenCounts } from "../usage/tokens.ts";

/** What an answer says. Absent means: it does not say. */
export interface ResponseFacts {
  /** The model that served the request. */
  readonly model?: string;
  readonly responseId?: string;
  readonly tokens?: TokenCounts;
  /** True when the provider's counts don't sum to its own total. */
  readonly tokensMismatch?: boolean;
  /** What is billed apart from tokens. */
  readonly items?: readonly UsedItem[];
  readonly serviceTier?: string;
  readonly finishReasons?: readonly string[];
  /** Why content was withheld: `SAFETY`, `PROHIBITED_CONTENT`. */
  readonly blockReason?: string;
  /** An error object in the answer; `type` of low cardinality (`RESOURCE_EXHAUSTED`). */
  readonly error?: { readonly type: string; readonly message: string };
  /** True when the answer names usage that neither `tokens` nor `items` counts. */
  readonly hasUncountedItems?: boolean;
  /** What outlives the call, and what happened to it. */
  readonly resource?: ResourceFacts;
}

/** Work or storage that outlives the call that began it: a batch, a video, a cache. */
export type ResourceFacts = {
  /** The provider's name of it: `batches/123`, `cachedContents/abc`. */
  readonly name: string;
} & (
  | {
      /** Handed in. What `facts.items` then say is what each of its results will use. */
      readonly event: "submitted";
    }
  | {
      /** Its results were seen, all of them. */
      readonly event: "collected";
      /** When it was handed in, where the answer says so. */
      readonly createdAtMs?: number;
      /**
       * True where the answer alone can't tell a job from work that was billed as it was done: then
       * the results count only if the job's submission is known.
       */
      readonly needsSubmission?: true;
      readonly results: readonly ResourceResult[];
    }
  | {
      /** It is kept until then: made just now, or kept for longer or less long than before. */
      readonly event: "kept";
      /** Absent: as many as before. */
      readonly tokens?: number;
      readonly createdAtMs: number;
      readonly untilMs: number;
    }
  | { readonly event: "removed" }
);

/** One billed piece of a job. */
export interface ResourceResult {
  /** Tells it from the others of its job, and is the same at each look: its place, or its own key. */
  readonly key: string;
  readonly facts: ResponseFacts;
  /**
   * True where the results don't say what they used, as with videos: each used the items that its
   * submission named (unknown where it named none).
   */
  readonly asSubmitted?: true;
}

/** All that is known of a call when it is priced. */
export interface Outcome {
  readonly facts: ResponseFacts;
  /** `undefined` when no HTTP answer came. */
  readonly httpStatusCode: number | undefined;
  /** True when the request surely never reached the provider (refused, no such host). */
  readonly neverSent: boolean;
  readonly usageStatus: UsageStatus;
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
  /** True when the request asks for a stream. An answer may be one without: its type says so. */
  readonly streaming: boolean;
  /** False for calls that cost nothing themselves (`countTokens`): they get a span, and no record. */
  readonly billed: boolean;
  /**
   * The members of an answer that `read` looks at; empty when the body says nothing of interest.
   * `sparse` ones may stand in any event of a stream, and the last one counts; `parted` ones too, and
   * each has a part of the whole; `common` ones are in its last event. Capture uses the names to skip
   * events unparsed, and to salvage a body too large to be kept whole.
   */
  readonly members: {
    readonly sparse: readonly string[];
    readonly parted?: readonly string[];
    readonly common: readonly string[];
  };
  /**
   * Set for a body of JSON lines, which may be far too many to be kept: what is to be kept of each,
   * and given to `read` as a payload. Never throws.
   */
  readonly keptOfLine?: (line: unknown) => unknown;
  readonly serverAddress: string;
  readonly serverPort: number | undefined;
  /** The facts in an answer. Never throws. */
  read(answer: Answer): ResponseFacts;
  /** Never throws. */
  price(outcome: Outcome): PricedCost;
}

/** An answer as far as it was received. */
export interface Answer {
  /** The JSON of its body; of a stream, that of its events, oldest first. */
  readonly payloads: readonly unknown[];
  /** A header of it; the name in any case. */
  readonly header: (name: string) => string | undefined;
  /** True when its status is below 400, and its body was read to the end. */
  readonly complete: boolean;
}

/** A request as the app made it. */
export interface ProviderRequest {
  /** Upper case. */
  readonly method: string;
  readonly url: URL;
  /** A header of it; the name in any case. */
  header(name: string): string | undefined;
  /** Undefined where it can't be read without taking it from the app, as with a stream. */
  bodyText(): string | undefined;
}

/** For answers whose body says nothing of interest. */
export const NO_MEMBERS: Operation["members"] = { sparse: [], common: [] };

/** A connection over which a model is called turn by turn, in messages of text. */
export interface Session {
  /** The operation of its turns, as far as the handshake tells. */
  readonly operation: Operation;
  /** The same once the client's first message is known, which sets the session up. Never throws. */
  setUp(message: string): Operation;
  /** What a message of the server's says of the turn under way. Never throws. */
  read(message: string): TurnMessage;
}

export interface TurnMessage {
  /** True when it carries what the model made, which may be billed. */
  readonly generates: boolean;
  /** Absent when it says nothing of interest; else one of the `Answer.payloads` of the turn. */
  readonly payload?: unknown;
  /** True when it states the usage of the turn, which ends it. */
  readonly endsTurn: boolean;
}

export interface Provider {
  /**
   * Whether a request to this URL, as the app wrote it, can be this provider's. A test of the text,
   * with no URL parsed: it may say yes to a stranger, and never says no to one of its own.
   */
  mayMatch(url: string): boolean;
  /** The operation that a request is, or undefined when it is none of this provider's. */
  match(request: ProviderRequest): Operation | undefined;
  /**
   * The session that an upgrade to a WebSocket opens, or undefined when it is none of this provider's.
   * Its URL is given with the scheme of HTTP.
   */
  matchSession?(request: ProviderRequest): Session | undefined;
}
