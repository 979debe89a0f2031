/**
 * What batches and videos have in common: work that one request hands in, and that is billed by the
 * results which another one fetches, perhaps in another process.
 */
import { NOT_BILLED, UNPRICED } from "../../pricing/cost.ts";
import { modelIdOf } from "../../pricing/model-id.ts";
import type { PricedCost } from "../../usage/record.ts";
import type { Answer, Operation, Outcome, ResourceResult, ResponseFacts } from "../operation.ts";
import { readAnswer } from "./answer.ts";
import { priced } from "./billing.ts";
import { type JsonObject, objectIn, textIn } from "./json.ts";
import { freeOperation, type SurfaceRequest } from "./surface.ts";

/**
 * Nothing but the name may be salvaged of an answer too large to be parsed: the last `response` or
 * `metadata` in it would be those of one result, and be taken for those of the job.
 */
export const JOB_MEMBERS: Operation["members"] = { sparse: [], common: ["name"] };

/** The request that hands work in. */
export function submission(
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

export function readSubmission(answer: Answer): ResponseFacts {
  const shown = jobIn(answer);
  if (shown === undefined) return readAnswer(answer);
  return { resource: { name: shown.name, event: "submitted" } };
}

/** The job that an answer shows, by its name; undefined for an error, which has none. */
export function jobIn({ payloads }: Answer): ShownJob | undefined {
  const job = objectIn(payloads[0]);
  const name = textIn(job?.["name"]);
  return job === undefined || name === undefined ? undefined : { name, job };
}

interface ShownJob {
  readonly name: string;
  readonly job: JsonObject;
}

/** Handing in costs nothing itself. Where no name came back, it may have worked all the same. */
export function submissionPrice({ facts, httpStatusCode, neverSent }: Outcome): PricedCost {
  if (neverSent || (httpStatusCode ?? 0) >= 400) return NOT_BILLED;
  if (facts.resource === undefined) return UNPRICED;
  return { ...NOT_BILLED, items: (facts.items ?? []).map((item) => ({ ...item, cost: 0n })) };
}

/** What one result costs: nothing, if an error stands in its place. */
export function resultPrice(outcome: Outcome, asked: SurfaceRequest): PricedCost {
  const { error, tokens } = outcome.facts;
  if (error !== undefined && tokens === undefined) return NOT_BILLED;
  return priced(outcome, undefined, asked);
}

/** The one result of a job that failed as a whole. */
export function failedJob(error: NonNullable<ResponseFacts["error"]>): readonly ResourceResult[] {
  return [{ key: "job", facts: { error } }];
}

/** `models/gemini-2.5-flash`, `publishers/google/models/…` as the id that stands in answers. */
export function modelIn(name: unknown): string | undefined {
  const model = textIn(name);
  return model === undefined ? undefined : modelIdOf(model);
}
