/**
 * Videos: asked for by one request, made in minutes, and found done by a later one.
 *
 * They are billed by the second at a price that depends on the resolution, and the finished operation
 * says neither: both are in the request that asked for them.
 */
import { NOT_BILLED } from "../../pricing/cost.ts";
import type { UsedItem } from "../../usage/items.ts";
import type {
  Answer,
  Operation,
  Outcome,
  ProviderRequest,
  ResourceResult,
  ResponseFacts,
} from "../operation.ts";
import { readAnswer } from "./answer.ts";
import { errorIn } from "./error.ts";
import { failedJob, JOB_MEMBERS, jobIn, readSubmission, resultPrice, submission } from "./job.ts";
import { countIn, type JsonObject, objectIn, objectOf, objectsIn, textIn } from "./json.ts";
import { freeOperation, type SurfaceRequest } from "./surface.ts";
import { modelCallAt } from "./url.ts";

/** What Veo makes when the request doesn't say. */
const DEFAULT_SECONDS = 8;
const DEFAULT_RESOLUTION = "720p";
/** `…/models/veo-3.1-generate-preview/operations/abc`, of a model of Google's. */
const OPERATION = /(?:^|\/)models\/[^/]+\/operations\/[^/:]+$/;
const PUBLISHED = /(?:^|\/)publishers\//;

export function video(asked: SurfaceRequest): Operation | undefined {
  const { method } = asked.request;
  if (method === "POST") {
    const call = modelCallAt(asked);
    if (call?.method === "predictLongRunning") return handedIn(asked, call.model);
    return call?.method === "fetchPredictOperation" ? poll(asked, call.method) : undefined;
  }
  const isVideo = asked.platform === "gemini_api" || PUBLISHED.test(asked.path);
  if (method !== "GET" || !isVideo || !OPERATION.test(asked.path)) return undefined;
  return poll(asked, "operations.get");
}

function handedIn(asked: SurfaceRequest, model: string | undefined): Operation {
  return {
    ...submission(asked, "predictLongRunning", model),
    read: (answer) => {
      const facts = readSubmission(answer);
      const items = facts.resource && itemsAsked(asked.request);
      return { ...facts, ...(items && { items }) };
    },
  };
}

function poll(asked: SurfaceRequest, name: string): Operation {
  return {
    ...freeOperation(asked, name),
    members: JOB_MEMBERS,
    read: readVideos,
    price: (outcome) => videoPrice(outcome, asked),
  };
}

/** What was withheld is free, unlike an answer of tokens, whose prompt is billed. */
function videoPrice(outcome: Outcome, asked: SurfaceRequest) {
  return outcome.facts.blockReason === undefined ? resultPrice(outcome, asked) : NOT_BILLED;
}

/** What each video will be billed for; undefined when the request doesn't let that be known. */
function itemsAsked(request: ProviderRequest): readonly UsedItem[] | undefined {
  const body = objectOf(request.bodyText() ?? "");
  if (body === undefined) return undefined;
  const parameters = objectIn(body["parameters"]) ?? {};
  // A video that is prolonged grows by a length that isn't stated.
  const isProlonged = objectsIn(body["instances"]).some((one) => one["video"] !== undefined);
  const asked = parameters["durationSeconds"];
  const quantity = countIn(asked ?? (isProlonged ? undefined : DEFAULT_SECONDS));
  if (quantity === undefined) return undefined;
  const variant = textIn(parameters["resolution"])?.toLowerCase() ?? DEFAULT_RESOLUTION;
  return [{ kind: "video_second", quantity, variant }];
}

function readVideos(answer: Answer): ResponseFacts {
  const shown = jobIn(answer);
  if (shown === undefined) return readAnswer(answer);
  const { name, job } = shown;
  if (job["done"] !== true) return {};
  const error = errorIn(job["error"]);
  const results = error === undefined ? videosIn(job) : failedJob(error);
  return { resource: { name, event: "collected", results } };
}

/** One result for each video; the two platforms have different names for them. */
function videosIn({ response }: JsonObject): readonly ResourceResult[] {
  const output = objectIn(response) ?? {};
  const made = objectIn(output["generateVideoResponse"]) ?? output;
  const videos = objectsIn(made["videos"] ?? made["generatedSamples"]);
  if (videos.length > 0) {
    return videos.map((_, at) => ({ key: String(at), facts: {}, asSubmitted: true }));
  }
  const isWithheld = (countIn(made["raiMediaFilteredCount"]) ?? 0) > 0;
  return [{ key: "job", facts: isWithheld ? { blockReason: "MEDIA_FILTERED" } : {} }];
}
