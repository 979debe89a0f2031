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
  readonly #search: Search;
  /** For each sparse member, the last event that had it; each event with a parted one, under itself. */
  readonly #lastWith = new Map<string, StreamEvent>();
  /** Bytes of events that are kept for their part; past a bound, the last of each member has to do. */
  #partedBytes = 0;
  #last: StreamEvent | undefined;
  /** Bytes of the event that has not ended yet. */
  #open = "";
  #searchedTo = 0;

  constructor(members: Members) {
    this.#members = members;
    this.#search = searchFor(members);
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
    const events = [...this.#lastWith.values()].toSorted((one, other) => one.index - other.index);
    if (this.#last !== undefined) events.push(this.#last);
    // A Set, since one event is mostly both the last and the last with usage.
    const texts = new Set(events.map(({ text }) => text));
    if (this.#open.trim() !== "") {
      texts.delete(this.#open);
      texts.add(this.#open);
    }
    return Array.from(texts, (text) => parsedOrSalvaged(dataOf(text), this.#members));
  }

  #take(text: string): void {
    if (text.trim() === "") return;
    const event = { text, index: (this.#last?.index ?? 0) + 1 };
    this.#last = event;
    const { names, parted } = this.#search;
    names.lastIndex = 0;
    for (let found = names.exec(text); found !== null; found = names.exec(text)) {
      const key = parted.has(found[0]) ? this.#partedKey(found[0], text) : found[0];
      this.#lastWith.set(key, event);
    }
  }

  #partedKey(quotedName: string, event: string): string {
    if (this.#lastWith.has(event)) return event;
    this.#partedBytes += event.length;
    return this.#partedBytes > MAX_WHOLE_BYTES ? quotedName : event;
  }
}

interface StreamEvent {
  readonly text: string;
  /** Its place in the stream. */
  readonly index: number;
}

interface Search {
  /** Finds the names of sparse and parted members, in their quotes, all in one pass. */
  readonly names: RegExp;
  readonly parted: ReadonlySet<string>;
}

/** Made once for all streams of a kind: a RegExp costs as much as to search three events. */
const searches = new WeakMap<Members, Search>();

function searchFor(members: Members): Search {
  const made = searches.get(members);
  if (made !== undefined) return made;
  const { sparse, parted = [] } = members;
  const search = {
    names: new RegExp(`"(?:${[...sparse, ...parted].join("|")})"`, "g"),
    parted: new Set(parted.map((name) => `"${name}"`)),
  };
  searches.set(members, search);
  return search;
}

/** The data of an event; the text as it is when its beginning was cut away. */
function dataOf(event: string): string {
  if (event.startsWith(DATA) && !LINE_END.test(event)) return event.slice(DATA.length);
  const lines = event.split(LINE_END).filter((line) => line.startsWith(DATA));
  return lines.length === 0 ? event : lines.map((line) => line.slice(DATA.length)).join("\n");
}
