/**
 * What the simulator does with a call, read from the name of the model: `gemini-2.5-flash` answers,
 * `gemini-2.5-flash-sim-full-bytewise3` answers with every kind of token, three bytes at a time.
 *
 * The name is the one thing that every SDK, framework and raw request passes on unchanged.
 */

/** What an answer says. */
const ANSWERS = [
  "ok",
  "thinking",
  "cached",
  "tooluse",
  "full",
  "blocked",
  "safety",
  "maxtok",
  "nousage",
  "gap",
  "afc",
  "cont",
  "nofinish",
  "huge",
  "longcontext",
  "unknownmodel",
  "rerouted",
  "grounded",
  "maps",
] as const;
export type AnswerKind = (typeof ANSWERS)[number];

/** How an answer travels. */
const DELIVERIES = [
  "plain",
  "crlf",
  "bytewise",
  "slow",
  "cut",
  "cutmid",
  "cutbody",
  "badjson",
  "sseerr",
] as const;
export type DeliveryKind = (typeof DELIVERIES)[number];

/** Why there is no answer. */
const FAILURES = [
  "err400",
  "err429",
  "err500",
  "err503",
  "503once",
  "html502",
  "reset",
  "hang",
] as const;
export type FailureKind = (typeof FAILURES)[number];

export const BEHAVIOURS: readonly string[] = [...ANSWERS, ...DELIVERIES, ...FAILURES];

export interface Behaviour {
  /** As written after `-sim-`; `ok` for an ordinary model. */
  readonly name: string;
  readonly answer: AnswerKind;
  /** Rounds of `afc3`, requests of `cont3`, megabytes of `huge16`, queries of `grounded3`. */
  readonly answerAmount: number | undefined;
  readonly delivery: DeliveryKind;
  /** Bytes of `bytewise7`. */
  readonly deliveryAmount: number | undefined;
  readonly failure: FailureKind | undefined;
}

const SEPARATOR = "-sim-";
const ORDINARY: Behaviour = {
  name: "ok",
  answer: "ok",
  answerAmount: undefined,
  delivery: "plain",
  deliveryAmount: undefined,
  failure: undefined,
};

/** A requested model as Google would know it, and what to do with the call. */
export interface Modelled {
  readonly baseModel: string;
  readonly behaviour: Behaviour;
}

/**
 * Undefined when a word after `-sim-` is no behaviour, or one too many of its sort, so that a slip
 * in a test can't pass as `ok`.
 */
export function modelled(model: string): Modelled | undefined {
  const at = model.indexOf(SEPARATOR);
  if (at === -1) return { baseModel: model, behaviour: ORDINARY };
  const behaviour = behaviourNamed(model.slice(at + SEPARATOR.length));
  return behaviour && { baseModel: model.slice(0, at), behaviour };
}

/** The behaviour of such words as may follow `-sim-`; undefined as for `modelled`. */
export function behaviourNamed(name: string): Behaviour | undefined {
  let behaviour: Behaviour | undefined = { ...ORDINARY, name };
  for (const word of name.split("-")) behaviour = behaviour && withWord(behaviour, word);
  return behaviour;
}

function withWord(behaviour: Behaviour, word: string): Behaviour | undefined {
  const failure = FAILURES.find((kind) => kind === word);
  if (failure !== undefined) return behaviour.failure ? undefined : { ...behaviour, failure };
  const [, name, digits = ""] = /^([a-z]+)(\d*)$/.exec(word) ?? [];
  const amount = digits === "" ? undefined : Number(digits);
  const answer = ANSWERS.find((kind) => kind === name);
  if (answer !== undefined && behaviour.answer === ORDINARY.answer) {
    return { ...behaviour, answer, answerAmount: amount };
  }
  const delivery = DELIVERIES.find((kind) => kind === name);
  if (delivery !== undefined && behaviour.delivery === ORDINARY.delivery) {
    return { ...behaviour, delivery, deliveryAmount: amount };
  }
  return undefined;
}
