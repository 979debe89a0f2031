/**
 * Reads a body of JSON lines as it passes by, holding a bounded part of it: the line that has not
 * ended yet, and of the others what the provider says is to be kept.
 */
import {
  type BodyScanner,
  latin1Of,
  MAX_WHOLE_BYTES,
  type Members,
  parsedOrSalvaged,
  tailOf,
} from "./body-scanner.ts";

/** Of a body with more lines nothing is told: a part of it would be taken for all. */
const MAX_LINES = 100_000;
const LINE_FEED = 10;

export class JsonLinesScanner implements BodyScanner {
  readonly #members: Members;
  readonly #keptOf: (line: unknown) => unknown;
  #kept: unknown[] = [];
  #lines = 0;
  /** Bytes of the line that has not ended yet. */
  #open = "";

  constructor(members: Members, keptOf: (line: unknown) => unknown) {
    this.#members = members;
    this.#keptOf = keptOf;
  }

  push(bytes: Uint8Array): void {
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      this.#append(bytes.subarray(start, end));
      this.#endLine();
      start = end + 1;
    }
    this.#append(bytes.subarray(start));
  }

  payloads(): readonly unknown[] {
    if (this.#lines > MAX_LINES) return [];
    return isBlank(this.#open) ? this.#kept : [...this.#kept, this.#keptOfOpen()];
  }

  #append(bytes: Uint8Array): void {
    this.#open += latin1Of(bytes);
    if (this.#open.length > MAX_WHOLE_BYTES) this.#open = tailOf(this.#open);
  }

  #endLine(): void {
    if (!isBlank(this.#open)) {
      this.#lines++;
      if (this.#lines <= MAX_LINES) this.#kept.push(this.#keptOfOpen());
      else this.#kept = [];
    }
    this.#open = "";
  }

  #keptOfOpen(): unknown {
    return this.#keptOf(parsedOrSalvaged(this.#open, this.#members));
  }
}

function isBlank(line: string): boolean {
  return line.trim() === "";
}
