/**
 * Whom a call is for, carried beside the code in AsyncLocalStorage.
 */
import { AsyncLocalStorage } from "node:async_hooks";

import { shown } from "../base/error-text.ts";
import { SpendspanError } from "../base/errors.ts";
import { processWide } from "../base/process-wide.ts";
import { keepTagged, type RunTagged } from "./tagged-stream.ts";

/** The brand of calls that nobody tagged. */
export const UNATTRIBUTED = "unattributed";

export interface Tags {
  /** What the app is doing: `chat`, `extract`. Defaults to the API method. */
  readonly endpoint?: string | undefined;
  /** Whom it is for. Defaults to `unattributed`. */
  readonly brand?: string | undefined;
  readonly campaign?: string | undefined;
  /** The app's own id of a user. Kept in the ledger only: never on a metric or a span. */
  readonly user?: string | undefined;
}

/** Tags as text, to cross a job queue: `usageContext()` makes it, `withUsage` reads it. */
export type SerializedTags = string;

const TAG_NAMES = ["endpoint", "brand", "campaign", "user"] as const;
const MAX_LENGTH = 128;
/** Letters (with their marks), digits, `_-.:/@+&'!()` and inner spaces: brands like H&M and L'Oréal. */
const ALLOWED =
  /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}_\-.:/@+&'!() ]*[\p{L}\p{M}\p{N}_\-.:/@+&'!()])?$/u;
const NONE: Tags = {};
const storage: () => AsyncLocalStorage<Tags> = processWide("tags", () => new AsyncLocalStorage());

/**
 * Runs `fn` with `tags` on every metered call that it makes, also in callbacks and timers started
 * inside, and in an async generator that it gives back, wherever that is read. Nested calls merge;
 * the innermost value of a tag wins, and one that is undefined is inherited.
 *
 * @throws SpendspanError `ERR_TAG` when a tag is not 1 to 128 characters of letters, digits, spaces
 *   and `_-.:/@+&'!()`, or unknown, or the serialised text is not from `usageContext()`; and when
 *   `fn` is none, such as the promise of a call that was made already.
 */
export function withUsage<T>(tags: Tags | SerializedTags, fn: () => T): T {
  if (typeof fn !== "function") {
    // Not shown: a promise may hold an answer.
    throw new SpendspanError(
      "ERR_TAG",
      `Expected a function that makes the calls, () => …, got ${typeof fn}`,
    );
  }
  const given = checkedTags(typeof tags === "string" ? parsed(tags) : tags);
  const inForce = { ...currentTags(), ...given };
  const run: RunTagged = (work) => storage().run(inForce, work);
  return keepTagged(run(fn), run);
}

/** The tags in force here, as text that `withUsage` takes in another process. */
export function usageContext(): SerializedTags {
  return JSON.stringify(currentTags());
}

/** The tags in force here; empty when there are none. */
export function currentTags(): Tags {
  return storage().getStore() ?? NONE;
}

/** `tags` without its undefined entries. @throws SpendspanError `ERR_TAG`, naming every fault. */
export function checkedTags(tags: unknown): Tags {
  if (typeof tags !== "object" || tags === null || Array.isArray(tags)) {
    throw new SpendspanError("ERR_TAG", `Expected an object of tags, got ${shown(tags)}`);
  }
  const faults: string[] = [];
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(tags)) {
    if (!TAG_NAMES.some((known) => known === name)) {
      faults.push(`Expected a tag of ${TAG_NAMES.join(", ")}, got \`${name}\``);
    } else if (value !== undefined && value !== null) {
      if (isTagValue(value)) kept[name] = value;
      else faults.push(`Expected \`${name}\` to be ${TAG_RULE}, got ${shown(value)}`);
    }
  }
  if (faults.length > 0) throw new SpendspanError("ERR_TAG", faults.join("; "));
  return kept;
}

/** The form of a tag, for messages. */
export const TAG_RULE: string = `1 to ${MAX_LENGTH} letters, digits, spaces or _-.:/@+&'!()`;

export function isTagValue(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_LENGTH && ALLOWED.test(value);
}

function parsed(text: SerializedTags): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SpendspanError("ERR_TAG", `Expected the text of usageContext(), got ${shown(text)}`, {
      cause,
    });
  }
}
