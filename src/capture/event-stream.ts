/**
 * Reads the usage out of server-sent events as they pass by.
 *
 * Usage in a stream is a running total, so only the last event that carries it counts; what comes in
 * parts is in several. Events are cut and searched as text; at the end the few that matter are parsed,
 * not all of them.
 */
import {
  latin1Of,
  MAX_WHOLE_BYTES,
  type Members,
  parsedOrSalvaged,
  tailOf,
} from "./body-scanner.ts";
import type { BodyScanner } from "./body-scanner.ts";

const BLANK_LINE = /\r?\n\r?\n|\r\r/g;
const LONGEST_BLANK_LINE = 4;
const LINE_END = /\r\n|\n|\r/;
const DATA = "data:";

export class EventStreamScanner implements BodyScanner {
  readonly #members: Members;
  /** Finds the names of sparse and parted members, all in one pass. */
  readonly #names: RegExp;
  readonly #parted: ReadonlySet<string>;
  /** For each sparse member, the last event that had it; each event with a parted one, under itself. */
  readonly #lastWith = new Map<string, string>();
  /** Bytes of events that are kept for their part; past a bound, the last of each member has to do. */
  #partedBytes = 0;
  #last: string | undefined;
  /** Bytes of the event that has not ended yet. */
  #open = "";
  #searchedTo = 0;

  constructor(members: Members) {
    this.#members = members;
    const { sparse, parted = [] } = members;
    this.#names = new RegExp(`"(?:${[...sparse, ...parted].join("|")})"`, "g");
    this.#parted = new Set(parted.map((name) => `"${name}"`));
  }

  push(bytes: Uint8Array): void {
    this.#open += latin1Of(bytes);
    let eventStart = 0;
    BLANK_LINE.lastIndex = this.#searchedTo;
    for (let gap = BLANK_LINE.exec(this.#open); gap !== null; gap = BLANK_LINE.exec(this.#open)) {
      this.#take(this.#open.slice(eventStart, gap.index));
      eventStart = gap.index + gap[0].length;
    }
    if (eventStart > 0) this.#open = this.#open.slice(eventStart);
    if (this.#open.length > MAX_WHOLE_BYTES) this.#open = tailOf(this.#open);
    this.#searchedTo = Math.max(0, this.#open.length - LONGEST_BLANK_LINE + 1);
  }

  payloads(): readonly unknown[] {
    // A Set, since one event is mostly both the last and the last with usage.
    const events = new Set(this.#lastWith.values());
    for (const event of [this.#last, this.#open]) {
      if (event === undefined || event.trim() === "") continue;
      events.delete(event);
      events.add(event);
    }
    return Array.from(events, (event) => parsedOrSalvaged(dataOf(event), this.#members));
  }

  #take(event: string): void {
    if (event.trim() === "") return;
    this.#last = event;
    this.#names.lastIndex = 0;
    for (let found = this.#names.exec(event); found !== null; found = this.#names.exec(event)) {
      const key = this.#parted.has(found[0]) ? this.#partedKey(found[0], event) : found[0];
      this.#lastWith.delete(key); // so that the map stays in the order of the stream
      this.#lastWith.set(key, event);
    }
  }

  #partedKey(quotedName: string, event: string): string {
    if (this.#lastWith.has(event)) return event;
    this.#partedBytes += event.length;
    return this.#partedBytes > MAX_WHOLE_BYTES ? quotedName : event;
  }
}

/** The data of an event; the text as it is when its beginning was cut away. */
function dataOf(event: string): string {
  const lines = event.split(LINE_END).filter((line) => line.startsWith(DATA));
  return lines.length === 0 ? event : lines.map((line) => line.slice(DATA.length)).join("\n");
}
