/**
 * Explicit caches: content that is kept for later prompts, and paid for as long as it is kept.
 *
 * Making one is billed at the standard input rate: so the documents of Vertex AI say in their overview
 * of context caching, and Google's staff of the Gemini API. Storage is booked ahead until the expiry;
 * whoever moves that, or removes the cache, changes what is owed: see capture/cache-storage.ts.
 */
import { parseTimestamp } from "../../base/clock.ts";
import { tokenSeconds } from "../../usage/items.ts";
import { NO_MEMBERS, type Answer, type Operation, type ResponseFacts } from "../operation.ts";
import { readAnswer } from "./answer.ts";
import { priced } from "./billing.ts";
import { errorIn } from "./error.ts";
import { modelIn } from "./job.ts";
import { countIn, type JsonObject, objectIn, textIn } from "./json.ts";
import { requestedModelIn } from "./requested-model.ts";
import { commonOf, type SurfaceRequest } from "./surface.ts";

const CACHES = /(?:^|\/)cachedContents(?:\/(?<id>[^/:]+))?$/;
/** Vertex AI's requests name the project as the app does, its answers by number: the rest is enough. */
const NAME = /(?:^|\/)(?<name>cachedContents\/[^/]+)$/;
const MEMBERS: Operation["members"] = {
  sparse: [],
  common: ["name", "model", "createTime", "expireTime", "usageMetadata", "error"],
};

export function cache(asked: SurfaceRequest): Operation | undefined {
  const match = CACHES.exec(asked.path);
  if (match === null) return undefined;
  const id = match.groups?.["id"];
  const { method } = asked.request;
  if (id !== undefined) return named(asked, method, id);
  if (method === "POST") return created(asked);
  return method === "GET" ? unbilled(asked, "list") : undefined;
}

function named(asked: SurfaceRequest, method: string, id: string): Operation | undefined {
  switch (method) {
    case "PATCH":
      return { ...unbilled(asked, "update"), members: MEMBERS, read: readChange };
    case "DELETE":
      return { ...unbilled(asked, "delete"), members: MEMBERS, read: readRemoval(id) };
    case "GET":
      return unbilled(asked, "get");
    default:
      return undefined;
  }
}

function created(asked: SurfaceRequest): Operation {
  const requestedModel = requestedModelIn(asked.request);
  return {
    ...unbilled(asked, "create"),
    requestedModel,
    billed: true,
    members: MEMBERS,
    read: readCreation,
    price: (outcome) => priced(outcome, requestedModel, asked),
  };
}

/** What it costs is the change of storage that it makes. */
function unbilled(asked: SurfaceRequest, verb: string): Operation {
  return {
    ...commonOf(asked),
    genAiOperation: `cached_contents.${verb}`,
    name: `cachedContents.${verb}`,
    requestedModel: undefined,
    streaming: false,
    billed: false,
    members: NO_MEMBERS,
    read: readAnswer,
    price: (outcome) => priced(outcome, undefined, asked),
  };
}

function readCreation(answer: Answer): ResponseFacts {
  const facts = readChange(answer);
  const usage = objectIn(objectIn(answer.payloads[0])?.["usageMetadata"]);
  const count = countIn(usage?.["totalTokenCount"]);
  if (facts.resource?.event !== "kept" || count === undefined) return facts;
  const { createdAtMs, untilMs } = facts.resource;
  const quantity = tokenSeconds(count, createdAtMs, untilMs);
  return {
    ...facts,
    tokens: { input: count, cachedInput: 0, toolUse: 0, output: 0, thinking: 0 },
    items: [{ kind: "cache_token_second", quantity }],
    // Audio has a rate of its own, and how many of the tokens are audio isn't said.
    ...(usage?.["audioDurationSeconds"] !== undefined && { hasUncountedItems: true }),
  };
}

function readChange({ payloads, complete }: Answer): ResponseFacts {
  const answer = objectIn(payloads[0]) ?? {};
  const name = NAME.exec(textIn(answer["name"]) ?? "")?.groups?.["name"];
  const createdAtMs = timeIn(answer, "createTime");
  const untilMs = timeIn(answer, "expireTime");
  if (!complete || name === undefined || createdAtMs === undefined || untilMs === undefined) {
    return errorOnly(answer);
  }
  const model = modelIn(answer["model"]);
  const tokens = countIn(objectIn(answer["usageMetadata"])?.["totalTokenCount"]);
  return {
    ...(model !== undefined && { model }),
    resource: {
      name,
      event: "kept",
      ...(tokens !== undefined && { tokens }),
      createdAtMs,
      untilMs,
    },
  };
}

function readRemoval(id: string): Operation["read"] {
  const removal = { resource: { name: `cachedContents/${id}`, event: "removed" } } as const;
  return ({ payloads, complete }) => (complete ? removal : errorOnly(objectIn(payloads[0])));
}

function errorOnly(answer: JsonObject | undefined): ResponseFacts {
  const error = errorIn(answer?.["error"]);
  return error === undefined ? {} : { error };
}

function timeIn(cached: JsonObject, member: string): number | undefined {
  const ms = parseTimestamp(textIn(cached[member]) ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}
