/** One request and what becomes of it, decided before a byte is answered. */
import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

import { answerTo, type Answer } from "./answer.ts";
import { costOf } from "./billing.ts";
import { behaviourNamed, modelled, type Behaviour, type Modelled } from "./behaviour.ts";
import type { JsonObject, Question } from "./draft.ts";
import { countTo, embeddingsTo, embeddingTo, predictionsTo } from "./embedding.ts";
import { encodeAnswer, encodeFailure, halfOf } from "./encoding.ts";
import {
  FAILURES,
  failureOf,
  inArray,
  invalidArgument,
  invalidKey,
  notFound,
  type Failure,
} from "./failure.ts";
import { imagesTo } from "./image.ts";
import { costOfPieces } from "./pieces.ts";
import { bodyOf, isObject, promptOf } from "./prompt.ts";
import { routeOf, type Operation, type Route } from "./route.ts";
import type { CallFacts, Service } from "./service.ts";
import type { Transmission } from "./transmission.ts";
import type { UsageMetadata } from "./usage-metadata.ts";
import { weatherAt, WEATHER_PATH } from "./weather.ts";

export interface Arrival {
  readonly sequence: number;
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly nowMs: number;
  /** How many chunks a stream has. */
  readonly chunks: number;
  /** True the first time that it is asked about `key`. */
  isFirst(key: string): boolean;
}

export interface Exchange {
  readonly facts: CallFacts;
  /** `reset` closes the connection, `hang` waits for the client to do so. */
  readonly reply: Transmission | "reset" | "hang";
  readonly slow: boolean;
  /** What is generated and charged, whether or not the client stays to see it. */
  readonly usage: UsageMetadata | undefined;
  /** In picodollars, where it is not the price of `usage` at standard rates alone. */
  readonly cost?: bigint;
}

export function exchangeFor(arrival: Arrival, services: readonly Service[]): Exchange {
  const { method, url, headers, text } = arrival;
  const route = routeOf(method, url);
  const facts: CallFacts = {
    sequence: arrival.sequence,
    method,
    path: url.pathname,
    operation: route?.operation,
    platform: route?.platform,
    requestedModel: route?.model,
    servedModel: undefined,
    behaviour: "ok",
    marker: undefined,
    billed: false,
    requestHeaders: Object.keys(headers),
    requestSha256: createHash("sha256").update(text).digest("hex"),
  };
  if (route !== undefined) return modelExchange(arrival, route, facts);
  for (const service of services) {
    const exchange = service.exchangeFor(arrival, facts);
    if (exchange !== undefined) return exchange;
  }
  if (method !== "GET" || url.pathname !== WEATHER_PATH) {
    return failed(facts, notFound(`${method} ${url.pathname}`));
  }
  const weather = weatherAt(url);
  return failed({ ...facts, operation: "weather", billed: weather.status === 200 }, weather);
}

function failed(facts: CallFacts, failure: Failure, route?: Route): Exchange {
  const answered = route?.form === "array" ? inArray(failure) : failure;
  return { facts, reply: encodeFailure(answered), slow: false, usage: undefined };
}

function modelExchange(arrival: Arrival, route: Route, known: CallFacts): Exchange {
  const model = modelled(route.model);
  const facts = { ...known, behaviour: model?.behaviour.name ?? known.behaviour };
  if (model === undefined) return failed(facts, notFound(`models/${route.model}`), route);
  const key = arrival.headers["x-goog-api-key"] ?? arrival.url.searchParams.get("key");
  if (key === "invalid") return failed(facts, invalidKey(), route);
  const body = bodyOf(arrival.text);
  if (body === undefined) {
    return failed(facts, invalidArgument("Invalid JSON payload received."), route);
  }
  if (!REQUIRED[route.operation].some((member) => isFilled(body[member]))) {
    const missing = `${route.operation}: ${REQUIRED[route.operation].join(" or ")} is not specified`;
    return failed(facts, invalidArgument(missing), route);
  }
  try {
    return askedExchange(arrival, route, facts, model, body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return failed(facts, invalidArgument(`[[usage:…]]: ${error.message}`), route);
  }
}

function askedExchange(
  arrival: Arrival,
  route: Route,
  known: CallFacts,
  model: Modelled,
  body: JsonObject,
): Exchange {
  const { sequence, nowMs, chunks } = arrival;
  const { baseModel } = model;
  const prompt = promptOf(body);
  const asked = prompt.behaviour;
  const behaviour = asked === undefined ? model.behaviour : behaviourNamed(asked);
  if (behaviour === undefined) return failed(known, notFound(`[[sim:${asked}]]`), route);
  const facts = { ...known, behaviour: behaviour.name, marker: prompt.marker };
  const failure = failureOf(behaviour, () => arrival.isFirst(prompt.marker ?? known.requestSha256));
  if (failure === "reset") return { facts, reply: "reset", slow: false, usage: undefined };
  if (failure !== undefined && failure !== "hang") return failed(facts, FAILURES[failure], route);
  const platform = route.platform;
  const question = { baseModel, behaviour, platform, body, prompt, sequence, nowMs, chunks };
  const answer = ANSWERS[route.operation](question);
  const billed = route.operation !== "countTokens";
  const usage = billed ? generated(answer, route, behaviour) : undefined;
  const cost = billed ? costWithPieces(answer, usage, nowMs) : undefined;
  return {
    facts: { ...facts, billed, servedModel: answer.servedModel },
    reply:
      failure ?? encodeAnswer(answer, route.form, behaviour.delivery, behaviour.deliveryAmount),
    slow: behaviour.delivery === "slow",
    usage,
    ...(cost !== undefined && { cost }),
  };
}

/** Undefined where the price of the tokens is all. */
export function costWithPieces(
  { servedModel, pieces }: Answer,
  usage: UsageMetadata | undefined,
  nowMs: number,
): bigint | undefined {
  if (pieces === undefined) return undefined;
  const ofTokens = usage === undefined ? 0n : costOf(servedModel, usage, nowMs);
  const ofPieces = costOfPieces(servedModel, pieces);
  return ofTokens === undefined || ofPieces === undefined ? undefined : ofTokens + ofPieces;
}

/** One of these must be there, and not empty. */
const REQUIRED: Readonly<Record<Operation, readonly string[]>> = {
  generateContent: ["contents"],
  streamGenerateContent: ["contents"],
  embedContent: ["content"],
  batchEmbedContents: ["requests"],
  predict: ["instances"],
  countTokens: ["contents", "generateContentRequest", "instances"],
};

const ANSWERS: Readonly<Record<Operation, (question: Question) => Answer>> = {
  generateContent: answerTo,
  streamGenerateContent: answerTo,
  embedContent: embeddingTo,
  batchEmbedContents: embeddingsTo,
  predict: (question) =>
    question.baseModel.startsWith("imagen-") ? imagesTo(question) : predictionsTo(question),
  countTokens: countTo,
};

/**
 * A connection that breaks is no concern of the model's: it generates to the end. An error that the
 * server reports in the stream is where it stopped.
 */
function generated(
  answer: Answer,
  { form }: Route,
  { delivery }: Behaviour,
): UsageMetadata | undefined {
  const { usageAtChunk } = answer;
  if (delivery !== "sseerr" || form !== "sse") return usageAtChunk.at(-1);
  return usageAtChunk[halfOf(usageAtChunk.length) - 1];
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : isObject(value);
}
