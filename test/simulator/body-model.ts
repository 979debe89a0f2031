/** Requests that name their model in the body, not in the URL: interactions, OpenAI's methods. */
import { behaviourNamed, modelled } from "./behaviour.ts";
import type { JsonObject, Question } from "./draft.ts";
import type { Arrival, Exchange } from "./exchange.ts";
import { FAILURES, failureOf, invalidArgument, notFound } from "./failure.ts";
import { bodyOf, promptOf, type Prompt } from "./prompt.ts";
import { replied, type CallFacts } from "./service.ts";
import type { Transmission } from "./transmission.ts";
import type { UsageMetadata } from "./usage-metadata.ts";

export interface ModelReply {
  readonly servedModel: string;
  readonly reply: Transmission;
  readonly usage: UsageMetadata | undefined;
  /** As in `Exchange`. */
  readonly cost?: bigint | undefined;
}

/** What becomes of a request: its failure, or the reply of `answer`. */
export function modelExchange(
  arrival: Arrival,
  known: CallFacts & Pick<Question, "platform">,
  promptIn: (body: JsonObject) => unknown,
  answer: (question: Question) => ModelReply,
): Exchange {
  const body = bodyOf(arrival.text);
  const name = body?.["model"] ?? body?.["agent"];
  if (body === undefined || typeof name !== "string") {
    return replied(known, invalidArgument("model is not specified"));
  }
  const requestedModel = name.replace(/^(?:models|google)\//, "");
  const prompt = promptOf(promptIn(body));
  const asked = askedOf(requestedModel, prompt);
  const facts = { ...known, requestedModel, marker: prompt.marker };
  if (asked === undefined) return replied(facts, notFound(`models/${name}`));

  const { baseModel, behaviour } = asked;
  const told = { ...facts, behaviour: behaviour.name };
  const failure = failureOf(behaviour, () => arrival.isFirst(prompt.marker ?? arrival.text));
  if (failure === "reset") return { facts: told, reply: failure, slow: false, usage: undefined };
  if (failure !== undefined && failure !== "hang") return replied(told, FAILURES[failure]);
  const { sequence, nowMs, chunks } = arrival;
  const { platform } = known;
  const given = answer({ baseModel, behaviour, platform, body, prompt, sequence, nowMs, chunks });
  return {
    facts: { ...told, billed: true, servedModel: given.servedModel },
    reply: failure ?? given.reply,
    slow: behaviour.delivery === "slow",
    usage: given.usage,
    ...(given.cost !== undefined && { cost: given.cost }),
  };
}

function askedOf(
  model: string,
  prompt: Prompt,
): Pick<Question, "baseModel" | "behaviour"> | undefined {
  const named = modelled(model);
  const behaviour =
    prompt.behaviour === undefined ? named?.behaviour : behaviourNamed(prompt.behaviour);
  return named && behaviour && { baseModel: named.baseModel, behaviour };
}
