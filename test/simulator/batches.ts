/** Batches of the Gemini API, with the files of their results; and jobs of Vertex AI, which show none. */
import { BatchJob } from "./batch-job.ts";
import type { JsonObject } from "./draft.ts";
import type { Arrival, Exchange } from "./exchange.ts";
import { notFound } from "./failure.ts";
import { isObject, promptOf } from "./prompt.ts";
import { answered, replied, type CallFacts, type Service } from "./service.ts";

const CREATE = /^\/v1(?:beta)?\/models\/([^/:]+):(batchGenerateContent|asyncBatchEmbedContent)$/;
const BATCH = /^\/v1(?:beta)?\/batches\/([^/:]+)(:cancel)?$/;
const LIST = /^\/v1(?:beta)?\/batches$/;
const FILE = /^(?:\/download)?\/v1(?:beta)?\/files\/batch-([^/:]+):download$/;
const VERTEX_JOBS =
  /^\/v1(?:beta1)?\/(projects\/[^/]+\/locations\/[^/]+\/batchPredictionJobs)(?:\/(\d+))?$/;

export class BatchService implements Service {
  readonly #jobs = new Map<string, BatchJob>();
  readonly #vertexJobs = new Map<string, JsonObject>();

  exchangeFor(arrival: Arrival, facts: CallFacts): Exchange | undefined {
    const { method, url } = arrival;
    const [, model, verb] = CREATE.exec(url.pathname) ?? [];
    if (method === "POST" && model !== undefined && verb !== undefined) {
      return this.#create(arrival, facts, model, verb);
    }
    if (LIST.test(url.pathname)) {
      const operations = [...this.#jobs.values()].map((job) => job.created());
      return answered(facts, "batches.list", { operations });
    }
    const [, id, cancel] = BATCH.exec(url.pathname) ?? [];
    if (id !== undefined) return this.#named(arrival, facts, id, cancel !== undefined);
    const [, file] = FILE.exec(url.pathname) ?? [];
    if (file !== undefined) return this.#download(facts, file);
    return this.#vertex(arrival, facts);
  }

  #create(arrival: Arrival, facts: CallFacts, model: string, verb: string): Exchange {
    const { batch } = JSON.parse(arrival.text) as JsonObject;
    const job = new BatchJob(arrival, model, verb, isObject(batch) ? batch : {});
    this.#jobs.set(job.id, job);
    const cost = job.cost();
    const { marker } = promptOf(batch);
    const created = answered({ ...facts, requestedModel: model, marker }, verb, job.created());
    return {
      ...created,
      facts: { ...created.facts, platform: "gemini_api", billed: cost !== 0n },
      ...(cost !== undefined && { cost }),
    };
  }

  #named({ method }: Arrival, facts: CallFacts, id: string, isCancel: boolean): Exchange {
    const job = this.#jobs.get(id);
    if (job === undefined) return replied(facts, notFound(`batches/${id}`));
    if (isCancel) return answered(facts, "batches.cancel", {});
    if (method !== "DELETE") return answered(facts, "batches.get", job.look());
    this.#jobs.delete(id);
    return answered(facts, "batches.delete", {});
  }

  #download(facts: CallFacts, id: string): Exchange {
    const lines = this.#jobs.get(id)?.lines();
    if (lines === undefined) return replied(facts, notFound(`files/batch-${id}`));
    const file = { status: 200, contentType: "application/octet-stream", text: lines };
    return replied({ ...facts, operation: "batches.download" }, file);
  }

  /** `[[batch:failed]]` in the display name lets a job fail; another one succeeds, out of sight. */
  #vertex({ method, url, text, sequence }: Arrival, facts: CallFacts): Exchange | undefined {
    const [, collection, id] = VERTEX_JOBS.exec(url.pathname) ?? [];
    if (collection === undefined) return undefined;
    if (method === "POST" && id === undefined) {
      const name = `${collection}/${sequence}`;
      const asked = JSON.parse(text) as JsonObject;
      const job = { ...asked, name, state: "JOB_STATE_PENDING" };
      this.#vertexJobs.set(String(sequence), job);
      return answered(facts, "batchPredictionJobs.create", job);
    }
    const job = this.#vertexJobs.get(id ?? "");
    if (job === undefined) return replied(facts, notFound(url.pathname));
    const isFailed = String(job["displayName"]).includes("[[batch:failed]]");
    const end = isFailed
      ? { state: "JOB_STATE_FAILED", error: { code: 3, message: "The input could not be read." } }
      : { state: "JOB_STATE_SUCCEEDED", completionStats: { successfulCount: "2" } };
    return answered(facts, "batchPredictionJobs.get", { ...job, ...end });
  }
}
