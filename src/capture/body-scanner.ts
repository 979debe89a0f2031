/**
 * Reads the usage out of a body as its bytes pass by, holding a bounded part of it.
 *
 * Bytes are kept as latin1 strings: one character a byte, so a cut inside a UTF-8 sequence does no
 * harm, searching is native, and nothing breaks when the app transfers the buffer away.
 */
import { salvageMembers } from "./json-members.ts";

/** A body longer than this is not kept whole: its ends are searched for the members that matter. */
export const MAX_WHOLE_BYTES: number = 1024 * 1024;
/** How much of each end of an oversize body is kept, and of the last end of an oversize event. */
export const END_BYTES: number = 64 * 1024;
/** Between the two ends, so that nothing that was cut in one can seem to go on in the other. */
export const CUT = "\n";

/** The members of an answer that are worth finding; see `Operation.members`. */
export interface Members {
  readonly sparse: readonly string[];
  readonly parted?: readonly string[];
  readonly common: readonly string[];
}

export interface BodyScanner {
  push(bytes: Uint8Array): void;
  /** The parsed answers seen so far, oldest first. Can be called on a body that broke off. */
  payloads(): readonly unknown[];
}

/** By the method itself, which takes any bytes: a Buffer over each chunk costs as much again. */
export function latin1Of(bytes: Uint8Array): string {
  return Reflect.apply(Buffer.prototype.latin1Slice, bytes, [0, bytes.length]);
}

/** The JSON in latin1-held UTF-8; what can be salvaged of it when it is broken. */
export function parsedOrSalvaged(latin1: string, members: Members): unknown {
  const text = Buffer.from(latin1, "latin1").toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    const { sparse, parted = [], common } = members;
    return salvageMembers(text, [...sparse, ...parted, ...common]);
  }
}

/** The end of `text`, as a string of its own that doesn't keep the whole alive. */
export function tailOf(text: string): string {
  return ownString(text.slice(-END_BYTES));
}

function ownString(latin1: string): string {
  return Buffer.from(latin1, "latin1").toString("latin1");
}

/** A body that is one JSON value: an answer, or an array of answers (a stream without `alt=sse`). */
export class JsonBodyScanner implements BodyScanner {
  readonly #members: Members;
  #text = "";
  /** Of an oversize body, whose usage may stand before what makes it so large. */
  #head: string | undefined;

  constructor(members: Members) {
    this.#members = members;
  }

  push(bytes: Uint8Array): void {
    this.#text += latin1Of(bytes);
    if (this.#text.length <= MAX_WHOLE_BYTES) return;
    this.#head ??= ownString(this.#text.slice(0, END_BYTES));
    this.#text = tailOf(this.#text);
  }

  payloads(): readonly unknown[] {
    if (this.#text === "") return [];
    const text = this.#head === undefined ? this.#text : this.#head + CUT + this.#text;
    const payload = parsedOrSalvaged(text, this.#members);
    return Array.isArray(payload) ? payload : [payload];
  }
}
