/** Calls to a model by its name: `models/gemini-2.5-flash:generateContent` and its like. */
import { type Answer, NO_MEMBERS, type Operation, type ResponseFacts } from "../operation.ts";
import { ANSWER_MEMBERS, readAnswer } from "./answer.ts";
import { priced } from "./billing.ts";
import { commonOf, snakeCased, type SurfaceRequest } from "./surface.ts";
import { modelCallAt } from "./url.ts";

const FREE_METHODS: ReadonlySet<string> = new Set([
  "countTokens",
  "computeTokens",
  "transferOwnership",
]);
/** Work that is billed by its results: `batch.ts` and `video.ts` know it. */
const JOB_METHODS: ReadonlySet<string> = new Set([
  "batchGenerateContent",
  "asyncBatchEmbedContent",
  "predictLongRunning",
  "fetchPredictOperation",
]);
const STREAMING_METHODS: ReadonlySet<string> = new Set([
  "streamGenerateContent",
  "streamRawPredict",
  "serverStreamingPredict",
]);

export function modelCall(asked: SurfaceRequest): Operation | undefined {
  if (asked.request.method !== "POST") return undefined;
  const call = modelCallAt(asked);
  if (call === undefined || JOB_METHODS.has(call.method)) return undefined;
  const { method, model } = call;
  const billed = !FREE_METHODS.has(method);
  return {
    ...commonOf(asked),
    genAiOperation: genAiOperationOf(method, model),
    name: method,
    requestedModel: model,
    streaming: STREAMING_METHODS.has(method),
    billed,
    members: billed ? ANSWER_MEMBERS : NO_MEMBERS,
    read: model?.startsWith("lyria-") === true ? readSongs : readAnswer,
    price: (outcome) => priced(outcome, model, asked),
  };
}

/** Lyria is billed by the song, and a candidate that came to its end is one. */
function readSongs(answer: Answer): ResponseFacts {
  const facts = readAnswer(answer);
  const quantity = (facts.finishReasons ?? []).filter((reason) => reason === "STOP").length;
  return quantity === 0 ? facts : { ...facts, items: [{ kind: "song", quantity }] };
}

/** The conventions' name where they have one, else the method's own in their spelling. */
function genAiOperationOf(method: string, model: string | undefined): string {
  if (method === "generateContent" || method === "streamGenerateContent") return "generate_content";
  if (/embed/i.test(method) || (method === "predict" && model?.includes("embedding") === true)) {
    return "embeddings";
  }
  return snakeCased(method);
}
