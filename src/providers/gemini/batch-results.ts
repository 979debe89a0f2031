/**
 * The results of a batch, as they are fetched: in the batch itself, or as the lines of a file.
 *
 * A result is known by its place: results keep the order of the requests, and keys of the app's own
 * need not be unique.
 */
import { parseTimestamp } from "../../base/clock.ts";
import type { Answer, Operation, ResourceResult, ResponseFacts } from "../operation.ts";
import { ANSWER_MEMBERS, readAnswer } from "./answer.ts";
import { errorIn } from "./error.ts";
import { failedJob, jobIn, modelIn } from "./job.ts";
import { countIn, type JsonObject, objectIn, objectsIn, textIn } from "./json.ts";

/** What is looked at in a line of an output file. */
export const LINE_MEMBERS: Operation["members"] = {
  ...ANSWER_MEMBERS,
  common: [...ANSWER_MEMBERS.common, "tokenCount"],
};

const ENDED_IN = /_(?<ending>SUCCEEDED|FAILED|CANCELLED|EXPIRED)$/;
const TIER: Pick<ResponseFacts, "serviceTier"> = { serviceTier: "batch" };
const NO_HEADER = () => undefined;

/** A batch of the Gemini API, as it is shown: collected when it ended and its results are in it. */
export function readBatch(answer: Answer): ResponseFacts {
  const shown = jobIn(answer);
  if (shown === undefined) return readAnswer(answer);
  const { name, job } = shown;
  const metadata = objectIn(job["metadata"]) ?? {};
  const state = textIn(metadata["state"]) ?? "";
  if (job["done"] !== true && !ENDED_IN.test(state)) return {};

  const inlined = inlinedIn(job["response"]) ?? inlinedIn(metadata["output"]);
  const results =
    inlined?.map((item, at) => resultAt(at, item, modelIn(metadata["model"]))) ??
    failureIn(job, state, objectIn(metadata["batchStats"])?.["successfulRequestCount"]);
  if (results.length === 0) return {};
  const createdAtMs = parseTimestamp(textIn(metadata["createTime"]) ?? "");
  const created = Number.isNaN(createdAtMs) ? {} : { createdAtMs };
  return { resource: { name, event: "collected", ...created, results } };
}

/** A job of Vertex AI, as it is shown. Its results are never in it; that it failed may be. */
export function readVertexJob(answer: Answer): ResponseFacts {
  const shown = jobIn(answer);
  if (shown === undefined) return readAnswer(answer);
  const { name, job } = shown;
  const succeeded = objectIn(job["completionStats"])?.["successfulCount"];
  const results = failureIn(job, textIn(job["state"]) ?? "", succeeded);
  return results.length === 0 ? {} : { resource: { name, event: "collected", results } };
}

/** The output file of the batch `name`, of which each payload is a line. */
export function readOutputFile({ payloads, complete }: Answer, name: string): ResponseFacts {
  if (!complete || payloads.length === 0) return {};
  const results = payloads.map((line, at) => resultAt(at, line, undefined));
  return { resource: { name, event: "collected", results } };
}

/** Of a line only what is read later: answers can hold images, and a file a hundred thousand lines. */
export function keptOfLine(line: unknown): unknown {
  const item = objectIn(line) ?? {};
  const answer = objectIn(item["response"]) ?? item;
  const kept = membersOf(answer);
  if ("error" in item) kept["error"] = item["error"];
  if ("candidates" in answer) kept["candidates"] = objectsIn(answer["candidates"]).map(membersOf);
  return kept;
}

function membersOf(object: JsonObject): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const name of Object.values(LINE_MEMBERS).flat()) {
    if (name in object) kept[name] = object[name];
  }
  return kept;
}

/** The results in a batch's output, under the two names that SDKs read them by; undefined if none. */
function inlinedIn(output: unknown): readonly unknown[] | undefined {
  const { inlinedResponses, inlinedEmbedContentResponses } = objectIn(output) ?? {};
  const list = objectIn(inlinedResponses ?? inlinedEmbedContentResponses)?.["inlinedResponses"];
  return Array.isArray(list) && list.length > 0 ? list : undefined;
}

function resultAt(at: number, item: unknown, model: string | undefined): ResourceResult {
  const read = readAnswer({ payloads: [item], header: NO_HEADER, complete: true });
  const facts = {
    ...(model !== undefined && { model }),
    ...embeddingUsage(objectIn(item)),
    ...read,
    ...TIER,
  };
  return { key: String(at), facts };
}

/** An embedding in a batch may count its tokens without `usageMetadata`. */
function embeddingUsage(item: JsonObject | undefined): ResponseFacts {
  const answer = objectIn(item?.["response"]) ?? item;
  const input = countIn(answer?.["tokenCount"]);
  if (input === undefined) return {};
  return { tokens: { input, cachedInput: 0, toolUse: 0, output: 0, thinking: 0 } };
}

/**
 * The one free result of a job that failed, none of a job that did not. Where some requests succeeded
 * before it did, they may be billed, and are not in sight: then there is none, and it stays open.
 */
function failureIn(job: JsonObject, state: string, succeeded: unknown): readonly ResourceResult[] {
  const ending = ENDED_IN.exec(state)?.groups?.["ending"];
  const error = errorIn(job["error"]);
  const isFailure = error !== undefined || (ending !== undefined && ending !== "SUCCEEDED");
  if (!isFailure || (countIn(succeeded) ?? 0) > 0) return [];
  return failedJob(error ?? { type: ending ?? "error", message: "" });
}
