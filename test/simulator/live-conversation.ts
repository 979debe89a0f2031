/** What is said in a Live session, and what each of its turns costs. */
import { behaviourNamed, type Behaviour } from "./behaviour.ts";
import { costOf, tokensOf, usdText, type SimulatedTokens } from "./billing.ts";
import type { JsonObject } from "./draft.ts";
import { costOfPieces } from "./pieces.ts";
import { isObject, promptOf } from "./prompt.ts";
import type { Platform } from "./route.ts";
import type { CallFacts } from "./service.ts";
import {
  plus,
  type ModalityCounts,
  usageMetadataOf,
  type UsageMetadata,
} from "./usage-metadata.ts";

export interface LiveConversationParts {
  readonly baseModel: string;
  readonly behaviour: Behaviour;
  readonly platform: Platform | undefined;
  readonly setup: JsonObject;
  readonly nowMs: () => number;
}

export interface LiveTurn {
  readonly facts: Partial<CallFacts>;
  /** `cut`: the server fails in the middle; `hang`: it waits there until the client leaves. */
  readonly fate: "cut" | "hang" | undefined;
  readonly said: string;
  readonly groundingMetadata: JsonObject | undefined;
  /** As spelt on the platform. */
  readonly usageMetadata: JsonObject;
  readonly tokens: SimulatedTokens;
  readonly cost: bigint | undefined;
  readonly costUsd: string | undefined;
}

/** Of a piece of speech that the client sends, and of an answer. */
const HEARD_AUDIO_TOKENS = 32;
const ANSWER: ModalityCounts = { AUDIO: 75, TEXT: 12 };
const THOUGHTS = 128;

export class LiveConversation {
  readonly #parts: LiveConversationParts;
  #context: ModalityCounts;
  /** Said since the last turn: directives count for the turn that they stand in. */
  #said: JsonObject[] = [];

  constructor(parts: LiveConversationParts) {
    this.#parts = parts;
    this.#context = promptOf(parts.setup["systemInstruction"]).counts;
  }

  /** The model's turn, where the message leaves it to the model; else undefined. */
  hear(message: JsonObject): LiveTurn | undefined {
    const { clientContent, realtimeInput, toolResponse } = message;
    this.#said.push(message);
    if (isObject(realtimeInput) && ("audio" in realtimeInput || "mediaChunks" in realtimeInput)) {
      this.#context = plus(this.#context, { AUDIO: HEARD_AUDIO_TOKENS });
    }
    const isTurn =
      (isObject(clientContent) && clientContent["turnComplete"] !== false) ||
      (isObject(realtimeInput) && ("text" in realtimeInput || "audioStreamEnd" in realtimeInput)) ||
      toolResponse !== undefined;
    return isTurn ? this.#turn() : undefined;
  }

  #turn(): LiveTurn {
    const { baseModel, nowMs, platform } = this.#parts;
    const prompt = promptOf(this.#said);
    this.#said = [];
    const asked = prompt.behaviour;
    const behaviour =
      (asked === undefined ? undefined : behaviourNamed(asked)) ?? this.#parts.behaviour;
    this.#context = plus(this.#context, prompt.counts);
    const thoughts = behaviour.answer === "thinking" ? THOUGHTS : 0;
    const usage =
      prompt.usage ?? usageMetadataOf({ prompt: this.#context, candidates: ANSWER, thoughts });
    this.#context = plus(this.#context, ANSWER);
    const queries = queriesOf(behaviour);
    const ofTokens = costOf(baseModel, usage, nowMs());
    const ofPieces = costOfPieces(baseModel, { queries }) ?? 0n;
    const cost = ofTokens === undefined ? undefined : ofTokens + ofPieces;
    const { name, delivery, failure } = behaviour;
    return {
      facts: {
        requestedModel: baseModel,
        servedModel: baseModel,
        behaviour: name,
        marker: prompt.marker,
        billed: true,
      },
      fate: delivery === "cut" ? "cut" : failure === "hang" ? "hang" : undefined,
      said: "It is SPOKEN-CANARY.",
      groundingMetadata: queries.length === 0 ? undefined : { webSearchQueries: queries },
      usageMetadata: spelt(usage, platform),
      tokens: tokensOf(usage),
      cost,
      costUsd: cost === undefined ? undefined : usdText(cost),
    };
  }
}

function queriesOf({ answer, answerAmount = 1 }: Behaviour): readonly string[] {
  if (answer !== "grounded") return [];
  return Array.from({ length: answerAmount }, (_, index) => `weather ${index}`);
}

/** The Gemini API has names of its own for what a Live model answers. */
function spelt(usage: UsageMetadata, platform: Platform | undefined): JsonObject {
  if (platform === "vertex_ai") return { trafficType: "ON_DEMAND", ...usage };
  const { candidatesTokenCount, candidatesTokensDetails, ...rest } = usage;
  return {
    ...rest,
    ...(candidatesTokenCount !== undefined && { responseTokenCount: candidatesTokenCount }),
    ...(candidatesTokensDetails && { responseTokensDetails: candidatesTokensDetails }),
  };
}
