/**
 * Batches: many requests handed in at once, answered within a day at half the price.
 *
 * The Gemini API shows the results in the batch, or in a file named after it. Those of Vertex AI lie
 * in the user's own storage and are fetched past us: such a batch stays pending.
 */
import type { Operation } from "../operation.ts";
import {
  keptOfLine,
  LINE_MEMBERS,
  readBatch,
  readOutputFile,
  readVertexJob,
} from "./batch-results.ts";
import { JOB_MEMBERS, resultPrice, submission } from "./job.ts";
import { requestedModelIn } from "./requested-model.ts";
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
  return handedIn(asked) ?? managed(asked) ?? outputFile(asked);
}

function handedIn(asked: SurfaceRequest): Operation | undefined {
  if (asked.request.method !== "POST") return undefined;
  const { method, model } = modelCallAt(asked) ?? {};
  if (method === undefined || !SUBMISSIONS.has(method)) return undefined;
  return submission(asked, method, model);
}

/** What is done to batches by their name. */
function managed(asked: SurfaceRequest): Operation | undefined {
  const { collection, id, verb } = BATCHES.exec(asked.path)?.groups ?? {};
  if (collection === undefined) return undefined;
  const { method } = asked.request;
  const isVertex = collection === "batchPredictionJobs";
  if (id === undefined && method === "POST") {
    if (!isVertex) return undefined; // the Gemini API makes them at their model
    return submission(asked, "batchPredictionJobs.create", requestedModelIn(asked.request));
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
