/** Explicit caches of both platforms: paid for when they are made, and for as long as they are kept. */
import { costOf } from "./billing.ts";
import type { JsonObject } from "./draft.ts";
import type { Arrival, Exchange } from "./exchange.ts";
import { invalidArgument, notFound } from "./failure.ts";
import { promptOf } from "./prompt.ts";
import { answered, replied, type CallFacts, type Service } from "./service.ts";

const PATH =
  /^\/v1(?:beta1?)?\/(?:projects\/[^/]+\/locations\/(?<location>[^/]+)\/)?cachedContents(?:\/(?<id>[^/:]+))?$/;
/** Vertex AI answers with the project's number, whatever the request calls the project. */
const PROJECT_NUMBER = "123456789012";
const DEFAULT_TTL_MS = 3_600_000;
/** Picodollars for a token that is kept for an hour, typed in from the price page. */
const STORAGE: Readonly<Record<string, bigint>> = {
  "gemini-2.5-flash": 1_000_000n,
  "gemini-2.5-pro": 4_500_000n,
};
const MS_PER_HOUR = 3_600_000n;

interface Cache {
  readonly name: string;
  readonly model: string;
  readonly modelPath: string;
  readonly tokens: number;
  /** Also of the calls that change it. */
  readonly marker: string | undefined;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly untilMs: number;
}

/** The charge of a cache's storage is corrected at each change of its end. */
export class CacheService implements Service {
  readonly #caches = new Map<string, Cache>();

  exchangeFor(arrival: Arrival, known: CallFacts): Exchange | undefined {
    const match = PATH.exec(arrival.url.pathname);
    if (match === null) return undefined;
    const { location, id } = match.groups ?? {};
    const platform = location === undefined ? "gemini_api" : "vertex_ai";
    const facts = { ...known, platform } as const;
    if (id !== undefined) return this.#named(arrival, facts, id);
    if (arrival.method === "POST") return this.#create(arrival, facts, location);
    const cachedContents = [...this.#caches.values()].map(contentOf);
    return answered(facts, "cachedContents.list", { cachedContents });
  }

  #create({ text, nowMs, sequence }: Arrival, facts: CallFacts, location?: string): Exchange {
    const body = JSON.parse(text) as JsonObject;
    const modelPath = String(body["model"]);
    const model = modelPath.replace(/^.*models\//, "");
    const prompt = promptOf(body);
    const tokens = prompt.usage?.promptTokenCount ?? prompt.counts.TEXT ?? 0;
    const untilMs = endOf(body, nowMs);
    if (untilMs === undefined) return replied(facts, invalidArgument("ttl or expire_time"));
    const id = `simulated-${sequence}`;
    const parent =
      location === undefined ? "" : `projects/${PROJECT_NUMBER}/locations/${location}/`;
    const name = `${parent}cachedContents/${id}`;
    const times = { createdMs: nowMs, updatedMs: nowMs, untilMs };
    const { marker } = prompt;
    const cache = { name, model, modelPath, tokens, marker, ...times };
    this.#caches.set(id, cache);
    const creation = costOf(model, { promptTokenCount: tokens, totalTokenCount: tokens }, nowMs);
    const storage = storageCost(cache, untilMs);
    const made = { ...facts, requestedModel: model, servedModel: model, marker, billed: true };
    return {
      ...answered(made, "cachedContents.create", contentOf(cache)),
      ...(creation !== undefined && storage !== undefined && { cost: creation + storage }),
    };
  }

  #named({ method, text, nowMs }: Arrival, known: CallFacts, id: string): Exchange {
    const cache = this.#caches.get(id);
    if (cache === undefined || cache.untilMs <= nowMs) {
      return replied(known, notFound(`cachedContents/${id}`));
    }
    const facts = { ...known, marker: cache.marker };
    if (method === "GET") return answered(facts, "cachedContents.get", contentOf(cache));
    const booked = storageCost(cache, cache.untilMs) ?? 0n;
    if (method === "DELETE") {
      this.#caches.delete(id);
      const used = storageCost(cache, nowMs) ?? 0n;
      return { ...answered(facts, "cachedContents.delete", {}), cost: used - booked };
    }
    const untilMs = endOf(JSON.parse(text) as JsonObject, nowMs) ?? cache.untilMs;
    const changed = { ...cache, updatedMs: nowMs, untilMs };
    this.#caches.set(id, changed);
    const owed = (storageCost(changed, untilMs) ?? 0n) - booked;
    return { ...answered(facts, "cachedContents.update", contentOf(changed)), cost: owed };
  }
}

function storageCost({ model, tokens, createdMs }: Cache, untilMs: number): bigint | undefined {
  const perHour = STORAGE[model];
  return perHour && (BigInt(tokens) * BigInt(untilMs - createdMs) * perHour) / MS_PER_HOUR;
}

function endOf({ ttl, expireTime }: JsonObject, nowMs: number): number | undefined {
  if (typeof expireTime === "string") return Date.parse(expireTime);
  if (typeof ttl !== "string") return nowMs + DEFAULT_TTL_MS;
  const seconds = Number(/^(\d+(?:\.\d+)?)s$/.exec(ttl)?.[1]);
  return Number.isNaN(seconds) ? undefined : nowMs + seconds * 1_000;
}

function contentOf({ name, modelPath, tokens, ...times }: Cache): JsonObject {
  return {
    name,
    model: modelPath,
    createTime: new Date(times.createdMs).toISOString(),
    updateTime: new Date(times.updatedMs).toISOString(),
    expireTime: new Date(times.untilMs).toISOString(),
    usageMetadata: { totalTokenCount: tokens },
  };
}
