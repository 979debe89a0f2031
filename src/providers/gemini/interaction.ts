/**
 * The Interactions API: one request makes an interaction, and its answer bills it; or, in the
 * background, one request hands it in, and the one that finds it done shows what it used.
 *
 * The SDK sends a `Request`, whose body can't be read without taking it, so all is learned from the
 * answer.
 */
import type { Answer, Operation, ResponseFacts } from "../operation.ts";
import { priced } from "./billing.ts";
import { INTERACTION_MEMBERS, isRunning, readInteraction } from "./interaction-answer.ts";
import { resultPrice, submissionPrice } from "./job.ts";
import { requestedModelIn } from "./requested-model.ts";
import { tierInHeader } from "./service-tier.ts";
import { freeOperation, type SurfaceRequest } from "./surface.ts";

const INTERACTIONS = /(?:^|\/)interactions(?:\/(?<id>[^/]+)(?<cancel>\/cancel)?)?$/;

export function interaction(asked: SurfaceRequest): Operation | undefined {
  const found = INTERACTIONS.exec(asked.path);
  if (found === null) return undefined;
  const { id, cancel } = found.groups ?? {};
  const { method } = asked.request;
  if (id === undefined) return method === "POST" ? creation(asked) : undefined;
  if (cancel !== undefined) return method === "POST" ? look(asked, "cancel", id) : undefined;
  if (method === "GET") return look(asked, "get", id);
  return method === "DELETE" ? operationAt(asked, "delete") : undefined;
}

function creation(asked: SurfaceRequest): Operation {
  const requestedModel = requestedModelIn(asked.request);
  return {
    ...operationAt(asked, "create"),
    genAiOperation: "generate_content",
    requestedModel,
    billed: true,
    members: INTERACTION_MEMBERS,
    read: (answer) => readCreation(answer, asked),
    price: (outcome) =>
      outcome.facts.resource === undefined
        ? priced(outcome, requestedModel, asked)
        : submissionPrice(outcome),
  };
}

function readCreation(answer: Answer, { platform }: SurfaceRequest): ResponseFacts {
  const made = readInteraction(answer, platform);
  const tier = tierInHeader(answer.header);
  const facts = { ...(tier !== undefined && { serviceTier: tier }), ...made.facts };
  if (!made.isWhole || !isRunning(made) || made.id === undefined) return facts;
  return { ...facts, resource: { name: resourceName(made.id), event: "submitted" } };
}

/** A request that shows an interaction as it is now: free, and the end of the wait for one that is done. */
function look(asked: SurfaceRequest, method: string, id: string): Operation {
  return {
    ...operationAt(asked, method),
    members: INTERACTION_MEMBERS,
    read: (answer) => readLook(answer, resourceName(id), asked),
    price: (outcome) => resultPrice(outcome, asked),
  };
}

function readLook(answer: Answer, name: string, { platform }: SurfaceRequest): ResponseFacts {
  const { facts, status, createdAtMs } = readInteraction(answer, platform);
  const { error, finishReasons } = facts;
  if (!answer.complete || status === undefined) return error === undefined ? {} : { error };
  if (finishReasons === undefined) return {};
  return {
    finishReasons,
    resource: {
      name,
      event: "collected",
      needsSubmission: true,
      ...(createdAtMs !== undefined && { createdAtMs }),
      results: [{ key: "0", facts }],
    },
  };
}

function resourceName(id: string): string {
  return `interactions/${id}`;
}

function operationAt(asked: SurfaceRequest, method: string): Operation {
  return {
    ...freeOperation(asked, `interactions.${method}`),
    streaming: asked.request.header("accept")?.includes("event-stream") === true,
  };
}
