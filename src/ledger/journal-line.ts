/**
 * One line of the journal, with a checksum by which what is damaged is told from what is true.
 *
 * A line stands between two line ends of its own, so that whatever happens to one, to its first and
 * last byte too, the ones beside it can be read.
 */
import { crc32 } from "node:zlib";

const KINDS = ["start", "end"] as const;
/**
 * - `start`: a call is about to be made; the row is what it stays if its end is never seen
 * - `end`: a finished call, or whatever else is a row; nothing follows
 */
export type LineKind = (typeof KINDS)[number];

export interface JournalLine {
  readonly kind: LineKind;
  /** That of the row. */
  readonly id: string;
  /** See row-line.ts. */
  readonly row: string;
}

/** Text has some characters that a dot takes for line ends, and the journal does not. */
const LINE = /^([0-9a-f]{8}) ((\w+) (\S+) (.*))$/s;

export function formatLine({ kind, id, row }: JournalLine): string {
  const content = `${kind} ${id} ${row}`;
  return `\n${checksum(content)} ${content}\n`;
}

/** Undefined for a line that is not as it was written. */
export function parseLine(text: string): JournalLine | undefined {
  const [, sum, content, name, id, row] = LINE.exec(text) ?? [];
  const kind = KINDS.find((known) => known === name);
  if (content === undefined || kind === undefined || id === undefined || row === undefined) {
    return undefined;
  }
  return checksum(content) === sum ? { kind, id, row } : undefined;
}

/** `00` to `ff`: for numbers that large, `toString(16)` takes longer than the checksum itself. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function checksum(text: string): string {
  const sum = crc32(text);
  return `${HEX[sum >>> 24]}${HEX[(sum >>> 16) & 255]}${HEX[(sum >>> 8) & 255]}${HEX[sum & 255]}`;
}
