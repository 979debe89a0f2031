/** Answers of the embedding methods and of `countTokens`: they know a prompt, and no candidates. */
import type { Answer } from "./answer.ts";
import type { JsonObject, Question } from "./draft.ts";
import { objects, promptOf, type Prompt } from "./prompt.ts";
import { details, sum, type ModalityTokenCount, type UsageMetadata } from "./usage-metadata.ts";

const DIMENSIONS = 8;

/** `embedContent`. */
export function embeddingTo(question: Question): Answer {
  return embedded(question, { embedding: { values: vector(question.prompt) } });
}

/** `batchEmbedContents`: a vector for each request, and one count for all of them. */
export function embeddingsTo(question: Question): Answer {
  const embeddings = objects(question.body["requests"]).map((request) => ({
    values: vector(promptOf(request)),
  }));
  return embedded(question, { embeddings });
}

/** Vertex `predict` of an embedding model: each prediction counts its own tokens, and there is no `usageMetadata`. */
export function predictionsTo(question: Question): Answer {
  const prompts = objects(question.body["instances"]).map(promptOf);
  const predictions = prompts.map((prompt) => ({
    embeddings: {
      values: vector(prompt),
      statistics: { token_count: promptTokens(prompt), truncated: false },
    },
  }));
  const billableCharacterCount = prompts.reduce((total, { characters }) => total + characters, 0);
  const promptTokenCount = prompts.reduce((total, prompt) => total + promptTokens(prompt), 0);
  const whole = { predictions, metadata: { billableCharacterCount } };
  return unary(question, whole, { promptTokenCount });
}

/** Free, so it says nothing of usage. */
export function countTo(question: Question): Answer {
  const { prompt } = question;
  const whole = { totalTokens: promptTokens(prompt), promptTokensDetails: details(prompt.counts) };
  return unary(question, whole, {});
}

function embedded(question: Question, vectors: JsonObject): Answer {
  const { prompt, platform, behaviour } = question;
  const split = details(prompt.counts);
  const promptTokenCount = promptTokens(prompt);
  const counted: UsageMetadata = { promptTokenCount, promptTokensDetails: split };
  // The Gemini API writes "Token" here in the singular, unlike anywhere else.
  const onGemini = { promptTokenCount, promptTokenDetails: split };
  const onWire = prompt.usage ?? (platform === "gemini_api" ? onGemini : counted);
  const whole = {
    ...vectors,
    ...(behaviour.answer !== "nousage" && { usageMetadata: onWire }),
  };
  return unary(question, whole, prompt.usage ? withDetails(prompt.usage) : counted);
}

/** Reads the singular member of a directive as the plural one that the reckoning knows. */
function withDetails(
  usage: UsageMetadata & { readonly promptTokenDetails?: readonly ModalityTokenCount[] },
): UsageMetadata {
  const { promptTokenDetails, ...rest } = usage;
  return { ...(promptTokenDetails && { promptTokensDetails: promptTokenDetails }), ...rest };
}

function unary({ baseModel }: Question, whole: JsonObject, usage: UsageMetadata): Answer {
  return { servedModel: baseModel, whole, chunks: [whole], usageAtChunk: [usage] };
}

function promptTokens({ usage, counts }: Prompt): number {
  return usage?.promptTokenCount ?? sum(counts);
}

/** Numbers that depend on the prompt and mean nothing. */
function vector({ characters }: Prompt): readonly number[] {
  return Array.from(
    { length: DIMENSIONS },
    (_, index) => ((characters + index * 7) % 200) / 100 - 1,
  );
}
