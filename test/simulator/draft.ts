/** What an answer says, before it takes the form of one body or of a stream. */
import type { AnswerKind, Behaviour } from "./behaviour.ts";
import { functionRounds, objects, textTokens, type Prompt } from "./prompt.ts";
import type { Platform } from "./route.ts";
import type { Pieces } from "./pieces.ts";
import { plus, type Counts } from "./usage-metadata.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** What an answer depends on. */
export interface Question {
  readonly baseModel: string;
  readonly behaviour: Behaviour;
  readonly platform: Platform;
  readonly body: JsonObject;
  readonly prompt: Prompt;
  readonly sequence: number;
  readonly nowMs: number;
  /** How many chunks a stream has. */
  readonly chunks: number;
}

export interface Draft {
  readonly servedModel: string;
  readonly counts: Counts;
  readonly text: string;
  /** Parts after the text: calls, images. */
  readonly parts: readonly JsonObject[];
  readonly finishReason: string | undefined;
  /** Members of the candidate beside its content. */
  readonly candidate: JsonObject;
  readonly blockReason: string | undefined;
  readonly pieces?: Pieces;
}

/** Long enough to be cut, with letters of two, three and four bytes for those who cut bytes. */
const PROSE =
  "Der Preis steht: 12 € für 1 000 Anfragen, größere Mengen auf Anfrage. 料金は月末に確定します。 Merci 🙂 à bientôt. ";
/** A GIF of one pixel. */
export const PIXEL = "R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
const IMAGE_TOKENS = 1_290;

/** An ordinary answer, changed as the behaviour demands. */
export function draftFor(question: Question): Draft {
  return CHANGES[question.behaviour.answer](ordinary(question), question);
}

function ordinary({ baseModel, prompt }: Question): Draft {
  const promptTokens = prompt.counts.TEXT ?? 0;
  const text = PROSE.repeat(1 + (promptTokens % 3)) + promptTokens;
  const draft: Draft = {
    servedModel: baseModel,
    counts: { prompt: prompt.counts, candidates: { TEXT: textTokens(text) } },
    text,
    parts: [],
    finishReason: "STOP",
    candidate: {},
    blockReason: undefined,
  };
  return baseModel.includes("-image") ? withImage(draft, "image/gif", PIXEL) : draft;
}

const CHANGES: Readonly<Record<AnswerKind, (draft: Draft, question: Question) => Draft>> = {
  ok: (draft) => draft,
  nousage: (draft) => draft,
  gap: (draft) => draft,
  thinking: (draft) => counted(draft, { thoughts: 128 }),
  cached: (draft) => counted(withPrompt(draft, { TEXT: 2_048 }), { cached: { TEXT: 2_048 } }),
  tooluse: (draft) => counted(draft, { toolUse: { TEXT: 1_024 } }),
  full: (draft) =>
    counted(withPrompt(draft, { TEXT: 2_048, AUDIO: 96, IMAGE: 258 }), {
      cached: { TEXT: 2_048, AUDIO: 32 },
      toolUse: { TEXT: 512 },
      thoughts: 128,
    }),
  longcontext: (draft) => withPrompt(draft, { TEXT: 200_000 }),
  blocked: (draft) => ({ ...silent(draft), blockReason: "PROHIBITED_CONTENT" }),
  safety: (draft) => ({
    ...silent(draft),
    finishReason: "SAFETY",
    candidate: {
      safetyRatings: [
        { category: "HARM_CATEGORY_DANGEROUS_CONTENT", probability: "HIGH", blocked: true },
      ],
    },
  }),
  // All thoughts and no answer, as when maxOutputTokens is small.
  maxtok: (draft) => ({
    ...counted(silent(draft), { thoughts: 64 }),
    finishReason: "MAX_TOKENS",
  }),
  nofinish: (draft) => ({ ...draft, finishReason: undefined }),
  afc: (draft, { behaviour, body }) =>
    functionRounds(body) < (behaviour.answerAmount ?? 1) ? functionCall(draft, body) : draft,
  cont: (draft, { behaviour, body }) => {
    const hop = Number(/^sim-hop-(\d+)$/.exec(String(body["continuationToken"]))?.[1] ?? 1);
    if (hop >= (behaviour.answerAmount ?? 3)) return draft;
    const candidate = { continuationToken: `sim-hop-${hop + 1}` };
    return { ...draft, finishReason: "CONTINUATION", candidate };
  },
  huge: (draft, { behaviour }) => {
    const bytes = (behaviour.answerAmount ?? 8) * 1024 * 1024;
    // Three bytes are four letters of base64.
    return withImage(draft, "image/png", "iVBO".repeat(Math.floor(bytes / 3)));
  },
  unknownmodel: (draft) => ({ ...draft, servedModel: "gemini-99-imaginary" }),
  rerouted: (draft, { baseModel }) => ({
    ...draft,
    servedModel:
      baseModel === "gemini-3.5-flash-lite" ? "gemini-3.8-flash" : "gemini-3.5-flash-lite",
  }),
  grounded: (draft, { behaviour }) => {
    const count = behaviour.answerAmount ?? 1;
    const different = Array.from({ length: count }, (_, index) => `weather in city ${index + 1}`);
    return { ...draft, pieces: { queries: [...different, ...different.slice(0, 1)] } };
  },
  maps: (draft) => ({ ...draft, pieces: { places: true } }),
};

function counted(draft: Draft, counts: Partial<Counts>): Draft {
  return { ...draft, counts: { ...draft.counts, ...counts } };
}

function withPrompt(draft: Draft, more: Counts["prompt"]): Draft {
  return counted(draft, { prompt: plus(draft.counts.prompt, more) });
}

function silent(draft: Draft): Draft {
  return { ...counted(draft, { candidates: {} }), text: "", parts: [] };
}

function withImage(draft: Draft, mimeType: string, data: string): Draft {
  const candidates = plus(draft.counts.candidates ?? {}, { IMAGE: IMAGE_TOKENS });
  return { ...counted(draft, { candidates }), parts: [{ inlineData: { mimeType, data } }] };
}

function functionCall(draft: Draft, body: JsonObject): Draft {
  const call = { functionCall: { name: declaredFunction(body), args: {} } };
  const candidates = { TEXT: textTokens(JSON.stringify(call)) };
  return { ...counted(draft, { candidates }), text: "", parts: [call] };
}

/** The first function that the request declares. */
function declaredFunction(body: JsonObject): string {
  const [declaration] = objects(body["tools"]).flatMap((tool) =>
    objects(tool["functionDeclarations"]),
  );
  return typeof declaration?.["name"] === "string" ? declaration["name"] : "lookup";
}
