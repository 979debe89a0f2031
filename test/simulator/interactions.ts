/**
 * The Interactions API. One that is made in the background is running at the first look at it, and
 * done at the second; it is charged all the same, so the request that made it is the one on record.
 */
import { answerTo, type Answer } from "./answer.ts";
import { modelExchange, type ModelReply } from "./body-model.ts";
import type { JsonObject, Question } from "./draft.ts";
import { encodeAnswer, encodeEvents, halfOf } from "./encoding.ts";
import { costWithPieces, type Arrival, type Exchange } from "./exchange.ts";
import { notFound } from "./failure.ts";
import { eventsOf, interactionOf, lookEvents, running } from "./interaction.ts";
import { answered, replied, type CallFacts, type Service } from "./service.ts";
import { runningTotal } from "./usage-metadata.ts";

const PATH =
  /^\/v1(?:beta1?)?(\/projects\/[^/]+\/locations\/[^/]+)?\/interactions(?:\/([^/]+)(\/cancel)?)?$/;
const PLAIN = { delivery: "plain", deliveryAmount: undefined } as const;

interface Kept {
  readonly interaction: JsonObject;
  looksToWait: number;
}

export class InteractionService implements Service {
  readonly #kept = new Map<string, Kept>();

  exchangeFor(arrival: Arrival, facts: CallFacts): Exchange | undefined {
    const found = PATH.exec(arrival.url.pathname);
    if (found === null) return undefined;
    const [, project, id, cancel] = found;
    const platform = project === undefined ? "gemini_api" : "vertex_ai";
    const known = { ...facts, platform } as const;
    if (id !== undefined) return this.#managed(arrival, known, id, cancel !== undefined);
    if (arrival.method !== "POST") return undefined;
    return modelExchange(
      arrival,
      { ...known, operation: "interactions.create" },
      ({ input, system_instruction }) => [
        typeof input === "string" ? { text: input } : input,
        { text: system_instruction },
      ],
      (question) => this.#create(question),
    );
  }

  #create(question: Question): ModelReply {
    const { body, behaviour } = question;
    const { service_tier: serviceTier, continuation_token: continuationToken } = body;
    const answer = answerTo({ ...question, body: { ...body, serviceTier, continuationToken } });
    const interaction = interactionOf(answer, question);
    const isInBackground = body["background"] === true;
    this.#kept.set(String(interaction["id"]), { interaction, looksToWait: isInBackground ? 1 : 0 });
    if (body["stream"] === true) return streamed(interaction, answer, question);
    const whole = isInBackground ? running(interaction) : interaction;
    const { delivery, deliveryAmount } = behaviour;
    const usage = answer.usageAtChunk.at(-1);
    return {
      servedModel: answer.servedModel,
      reply: encodeAnswer({ ...answer, whole }, "unary", delivery, deliveryAmount),
      usage,
      cost: costWithPieces(answer, usage, question.nowMs),
    };
  }

  #managed(
    { method, url }: Arrival,
    facts: CallFacts,
    id: string,
    isCancel: boolean,
  ): Exchange | undefined {
    const kept = this.#kept.get(id);
    if (kept === undefined) return replied(facts, notFound(`interactions/${id}`));
    if (isCancel && method === "POST") {
      const interaction = { ...kept.interaction, status: "cancelled", steps: [] };
      this.#kept.set(id, { interaction, looksToWait: 0 });
      return answered(facts, "interactions.cancel", interaction);
    }
    if (method === "DELETE") {
      this.#kept.delete(id);
      return answered(facts, "interactions.delete", {});
    }
    if (method !== "GET") return undefined;
    const operation = "interactions.get";
    if (url.searchParams.get("stream") === "true") {
      const reply = encodeEvents(lookEvents(kept.interaction), PLAIN);
      return { facts: { ...facts, operation }, reply, slow: false, usage: undefined };
    }
    const isRunning = kept.looksToWait > 0;
    kept.looksToWait -= 1;
    return answered(facts, operation, isRunning ? running(kept.interaction) : kept.interaction);
  }
}

function streamed(
  interaction: JsonObject,
  answer: Answer,
  { behaviour, nowMs }: Question,
): ModelReply {
  const events = eventsOf(interaction, answer);
  const final = answer.usageAtChunk.at(-1);
  const isStopped = behaviour.delivery === "sseerr" && final !== undefined;
  const usage = isStopped ? runningTotal(final, halfOf(events.length), events.length) : final;
  return {
    servedModel: answer.servedModel,
    reply: encodeEvents(events, behaviour),
    usage,
    cost: costWithPieces(answer, usage, nowMs),
  };
}
