/** Videos: asked for, in the making at the first look, and done from the second on. */
import type { JsonObject } from "./draft.ts";
import type { Arrival, Exchange } from "./exchange.ts";
import { notFound } from "./failure.ts";
import { isObject, promptOf } from "./prompt.ts";
import { answered, replied, type CallFacts, type Service } from "./service.ts";

const CREATE = /^\/v1(?:beta1?)?\/(.*models\/([^/:]+)):predictLongRunning$/;
const FETCH = /^\/v1(?:beta1?)?\/.*models\/[^/:]+:fetchPredictOperation$/;
const OPERATION = /^\/v1(?:beta1?)?\/(.*models\/[^/:]+\/operations\/[^/:]+)$/;
/** Picodollars a second, typed in from the price page. */
const PRICES: Readonly<Record<string, Readonly<Record<string, bigint>>>> = {
  "veo-3.1-generate-preview": {
    "720p": 400_000_000_000n,
    "1080p": 400_000_000_000n,
    "4k": 600_000_000_000n,
  },
  "veo-3.1-fast-generate-preview": {
    "720p": 100_000_000_000n,
    "1080p": 120_000_000_000n,
    "4k": 300_000_000_000n,
  },
};
const SECONDS = 8;
const RESOLUTION = "720p";

/** `[[sim:filtered]]` in the prompt withholds the videos, `[[sim:failed]]` lets the work fail. */
interface Job {
  readonly fate: string | undefined;
  readonly videos: number;
  readonly isOnVertex: boolean;
  looks: number;
}

export class VideoService implements Service {
  readonly #jobs = new Map<string, Job>();

  exchangeFor(arrival: Arrival, facts: CallFacts): Exchange | undefined {
    const { method, url, text } = arrival;
    const [, resource, model] = CREATE.exec(url.pathname) ?? [];
    if (method === "POST" && resource !== undefined && model !== undefined) {
      return this.#create(arrival, facts, resource, model);
    }
    if (method === "POST" && FETCH.test(url.pathname)) {
      const { operationName } = JSON.parse(text) as JsonObject;
      return this.#look(facts, "fetchPredictOperation", String(operationName));
    }
    const [, name] = OPERATION.exec(url.pathname) ?? [];
    return method === "GET" && name !== undefined
      ? this.#look(facts, "operations.get", name)
      : undefined;
  }

  #create(arrival: Arrival, facts: CallFacts, resource: string, model: string): Exchange {
    const body = JSON.parse(arrival.text) as JsonObject;
    const parameters = isObject(body["parameters"]) ? body["parameters"] : {};
    const { durationSeconds, resolution = RESOLUTION, sampleCount } = parameters;
    const { behaviour: fate, marker } = promptOf(body["instances"]);
    const name = `${resource}/operations/simulated-${arrival.sequence}`;
    const videos = Number(sampleCount ?? 1);
    const isOnVertex = resource.includes("publishers/");
    this.#jobs.set(name, { fate, videos, isOnVertex, looks: 0 });

    const perSecond = PRICES[model]?.[String(resolution)];
    const seconds = BigInt(Number(durationSeconds ?? SECONDS) * videos);
    const billed = fate === undefined;
    return {
      ...answered(
        {
          ...facts,
          platform: isOnVertex ? "vertex_ai" : "gemini_api",
          requestedModel: model,
          servedModel: model,
          marker,
          billed,
        },
        "predictLongRunning",
        { name },
      ),
      ...(billed && perSecond !== undefined && { cost: perSecond * seconds }),
    };
  }

  #look(facts: CallFacts, operation: string, name: string): Exchange {
    const job = this.#jobs.get(name);
    if (job === undefined) return replied(facts, notFound(name));
    job.looks += 1;
    return answered(facts, operation, job.looks === 1 ? { name } : { name, ...ended(job) });
  }
}

function ended({ fate, videos, isOnVertex }: Job): JsonObject {
  if (fate === "failed") {
    return { done: true, error: { code: 13, message: "Video generation failed." } };
  }
  const isFiltered = fate === "filtered";
  const made = Array.from({ length: isFiltered ? 0 : videos }, (_, at) =>
    isOnVertex
      ? { gcsUri: `gs://bucket/sample_${at}.mp4`, mimeType: "video/mp4" }
      : { video: { uri: `https://example.com/files/${at}:download?alt=media` } },
  );
  const response = {
    ...(made.length > 0 && { [isOnVertex ? "videos" : "generatedSamples"]: made }),
    ...(isFiltered && { raiMediaFilteredCount: videos }),
  };
  return { done: true, response: isOnVertex ? response : { generateVideoResponse: response } };
}
