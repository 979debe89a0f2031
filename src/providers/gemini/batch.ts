/**
 * Batches: many requests handed in at once, answered within a day at half the price.
 *
 * The Gemini API shows the results in the batch, or in a file named after it. Those of Vertex AI lie
 * in the user's own storage and are fetched past us: such a batch stays pending.
 */
import type { Answer, Operation, ResponseFacts } from "../operation.ts";
import { readAnswer } from "./answer.ts";
import {
  keptOfLine,
  LINE_MEMBERS,
  readBatch,
  readOutputFile,
  readVertexJob,
} from "./batch-results.ts";
import { JOB_MEMBERS, modelIn, resultPrice, submissionPrice } from "./job.ts";
import { objectIn, textIn } from "./json.ts";
import { freeOperation, type SurfaceRequest } from "./surface.ts";
import { modelCallAt } from "./url.ts";

const SUBMISSIONS: ReadonlySet<string> = new Set([
  "batchGenerateContent",
  "asyncBatchEmbedContent",
]);
/** `batches`, `batches/123`, `batches/123:cancel`, and Vertex AI's `batchPredictionJobs` likewise. */
const BATCHES =
  /(?:^|\/)(?<collection>batches|batchPredictionJobs)(?:\/(?<id>[^/:]+)(?::(?<verb>[A-Za-z]{1,64}))?)?$/;
/** The output of `batches/123` is `files/batch-123`, whichever host serves it. */
const OUTPUT_FILE = /(?:^|\/)files\/batch-(?<id>[^/:]+):download$/;

export function batch(asked: SurfaceRequest): Operation | undefined {
  return submission(asked) ?? managed(asked) ?? outputFile(asked);
}

function submission(asked: SurfaceRequest): Operation | undefined {
  if (asked.request.method !== "POST") return undefined;
  const { method, model } = modelCallAt(asked) ?? {};
  if (method === undefined || !SUBMISSIONS.has(method)) return undefined;
  return submitted(asked, method, model);
}

/** What is done to batches by their name. */
function managed(asked: SurfaceRequest): Operation | undefined {
  const { collection, id, verb } = BATCHES.exec(asked.path)?.groups ?? {};
  if (collection === undefined) return undefined;
  const { method } = asked.request;
  const isVertex = collection === "batchPredictionJobs";
  if (id === undefined && method === "POST") {
    return isVertex ? submitted(asked, "batchPredictionJobs", undefined) : undefined;
  }
  if (id === undefined || verb !== undefined || method !== "GET") {
    const done = verb ?? (method === "GET" ? "list" : method.toLowerCase());
    return freeOperation(asked, `${collection}.${done}`);
  }
  return {
    ...freeOperation(asked, `${collection}.get`),
    members: JOB_MEMBERS,
    read: isVertex ? readVertexJob : readBatch,
    price: (outcome) => resultPrice(outcome, asked),
  };
}

function outputFile(asked: SurfaceRequest): Operation | undefined {
  const id = OUTPUT_FILE.exec(asked.path)?.groups?.["id"];
  if (id === undefined || asked.request.method !== "GET") return undefined;
  return {
    ...freeOperation(asked, "batches.download"),
    members: LINE_MEMBERS,
    keptOfLine,
    read: (answer) => readOutputFile(answer, `batches/${id}`),
    price: (outcome) => resultPrice(outcome, asked),
  };
}

function submitted(
  asked: SurfaceRequest,
  name: string,
  requestedModel: string | undefined,
): Operation {
  return {
    ...freeOperation(asked, name),
    requestedModel,
    billed: true,
    members: JOB_MEMBERS,
    read: readSubmission,
    price: submissionPrice,
  };
}

function readSubmission(answer: Answer): ResponseFacts {
  const job = objectIn(answer.payloads[0]);
  const name = textIn(job?.["name"]);
  if (name === undefined) return readAnswer(answer);
  const model = modelIn(job?.["model"]);
  return { ...(model !== undefined && { model }), resource: { name, event: "submitted" } };
}
