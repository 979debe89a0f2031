/**
 * What an answer of the Interactions API says: an interaction, or the events of its making.
 *
 * Events come in two generations, `interaction.start` … `interaction.complete` of SDK 1.x and
 * `interaction.created` … `interaction.completed` since; in both the last one carries the usage.
 */
import { parseTimestamp } from "../../base/clock.ts";
import type { Platform } from "../../pricing/list-price.ts";
import type { Answer, Operation, ResponseFacts } from "../operation.ts";
import { errorIn } from "./error.ts";
import { readInteractionUsage } from "./interaction-usage.ts";
import { modelIn } from "./job.ts";
import { type JsonObject, objectIn, objectsIn, textIn } from "./json.ts";
import { tierNamed } from "./service-tier.ts";

/** The event that ends a stream has an `interaction`; behind it may come a `[DONE]` that has nothing. */
export const INTERACTION_MEMBERS: Operation["members"] = {
  sparse: ["interaction", "usage", "step_usage", "status", "error"],
  common: ["id", "model", "agent", "service_tier", "created", "errors"],
};

const RUNNING: ReadonlySet<string> = new Set(["queued", "in_progress"]);

export interface Interaction {
  /** Undefined in an answer that shows no interaction: an error, or a stream cut at its beginning. */
  readonly status?: string;
  readonly id?: string;
  readonly createdAtMs?: number;
  /** True when the answer is the interaction itself, and no stream of events. */
  readonly isWhole: boolean;
  readonly facts: ResponseFacts;
}

/** What later events say counts: their usage is a running total. */
export function readInteraction({ payloads }: Answer, platform: Platform): Interaction {
  return payloads.reduce<Interaction>(
    (known, payload) => {
      const seen = readOne(objectIn(payload) ?? {}, platform);
      const isWhole = known.isWhole && seen.isWhole;
      return { ...known, ...seen, isWhole, facts: { ...known.facts, ...seen.facts } };
    },
    { isWhole: true, facts: {} },
  );
}

/** True while more is to come. */
export function isRunning({ status }: Pick<Interaction, "status">): boolean {
  return status !== undefined && RUNNING.has(status);
}

/** One event, or the whole: an interaction that stands by itself. */
function readOne(payload: JsonObject, platform: Platform): Interaction {
  const isWhole = payload["event_type"] === undefined;
  const about = objectIn(payload["interaction"]) ?? payload;
  const shown = isWhole || about !== payload ? shownOf(about) : {};
  const model = modelIn(about["model"] ?? about["agent"]);
  const serviceTier = tierNamed(textIn(about["service_tier"]));
  const error = errorIn(payload["error"]) ?? failureOf(about);
  const facts = {
    ...(model !== undefined && { model }),
    ...(shown.id !== undefined && { responseId: shown.id }),
    ...(serviceTier !== undefined && { serviceTier }),
    // Of one that runs on in the background, whoever fetches it will read the usage.
    ...(isWhole && isRunning(shown) ? {} : usageOf(about, platform)),
    ...songOf(model, shown),
    ...endingOf(shown),
    ...(error !== undefined && { error }),
  };
  return { ...shown, isWhole, facts };
}

function shownOf(interaction: JsonObject): Omit<Interaction, "isWhole" | "facts"> {
  const status = textIn(interaction["status"]);
  const id = textIn(interaction["id"]);
  const createdAtMs = parseTimestamp(textIn(interaction["created"]) ?? "");
  return {
    ...(status !== undefined && { status }),
    ...(id !== undefined && { id }),
    ...(!Number.isNaN(createdAtMs) && { createdAtMs }),
  };
}

/** The usage of one step is no more than a lower bound, for a stream that breaks off behind it. */
function usageOf(about: JsonObject, platform: Platform): ResponseFacts {
  const total = readInteractionUsage(about["usage"], platform);
  if (total.tokens !== undefined || about["step_usage"] === undefined) return total;
  return { ...readInteractionUsage(about["step_usage"], platform), hasUncountedItems: true };
}

/** Lyria is billed by the song, and makes one an interaction, whether or not it counts tokens. */
function songOf(model: string | undefined, { status }: Pick<Interaction, "status">): ResponseFacts {
  const isSong = status === "completed" && model?.startsWith("lyria-") === true;
  return isSong ? { items: [{ kind: "song", quantity: 1 }] } : {};
}

/** The API has no finish reasons; that it stopped, and why, is in the status. */
function endingOf(shown: Pick<Interaction, "status">): ResponseFacts {
  const { status } = shown;
  return status === undefined || isRunning(shown) ? {} : { finishReasons: [status] };
}

function failureOf(interaction: JsonObject): ResponseFacts["error"] {
  if (interaction["status"] !== "failed") return undefined;
  return errorIn(objectsIn(interaction["errors"])[0]) ?? { type: "failed", message: "" };
}
