/**
 * The journal of one process, or of one thread: each call that begins and each that ends is a line
 * in a file before the app goes on. So what is known of it outlives the process, even one that is
 * killed; who takes over its directory (see inheritance.ts) writes the rows to the database.
 *
 * A line costs one system call, and no wait for the disk: that follows in the background, many
 * lines at once. So the machine may lose power, and take with it the last tenth of a second.
 */
import { join } from "node:path";

import { untraced } from "../base/untraced.ts";
import { formatLine } from "./journal-line.ts";
import type { JournalHome } from "./journal-home.ts";
import { Segment } from "./segment.ts";
import { type OnLost, SegmentQueue } from "./segment-queue.ts";

const SYNC_AFTER_MS = 100;

export interface JournalParts {
  readonly home: JournalHome;
  /** Told when others deleted the file that is written to. */
  readonly onGone: () => void;
  /** Told when what was written can't be brought to the disk. */
  readonly onFailed: (error: unknown) => void;
  readonly onLost: OnLost;
  /** A segment is full when so many bytes were added to it. */
  readonly segmentBytes: number;
}

/** Calls under way, by their id, with the row that each stays if its end is never seen. */
export type CallsUnderWay = ReadonlyMap<string, string>;

export class Journal {
  readonly home: JournalHome;
  /** Those of finished calls. */
  readonly rows: SegmentQueue;
  readonly #parts: JournalParts;
  readonly #underWay: Map<string, string>;
  #segments = 0;
  #current: Segment;
  /** What `#current` began with, in bytes: calls that were under way when it was made. */
  #carried: number;
  #syncTimer: NodeJS.Timeout | undefined;

  /**
   * @param underWay Calls that began in an earlier journal, and will end in this one.
   * @throws Node's error when no file can be made.
   */
  constructor(parts: JournalParts, underWay: CallsUnderWay = new Map()) {
    this.home = parts.home;
    this.#parts = parts;
    this.#underWay = new Map(underWay);
    this.#current = this.#nextSegment();
    this.#carried = this.#current.bytes;
    this.rows = new SegmentQueue([this.#current], parts.onLost);
  }

  get underWay(): CallsUnderWay {
    return this.#underWay;
  }

  /** True when others deleted it, so that its rows end with this process. */
  get isDeleted(): boolean {
    return this.#current.isDeleted;
  }

  /** @throws Node's error when the line could not be written whole. */
  begin(id: string, row: string): void {
    this.#append(formatLine({ kind: "start", id, row }));
    this.#underWay.set(id, row);
  }

  /** @throws Node's error when the line could not be written whole. */
  end(id: string, row: string, atMs: number): void {
    this.#append(formatLine({ kind: "end", id, row }));
    this.#underWay.delete(id);
    this.rows.appended(atMs);
  }

  /** Of a call under way: nothing more will come of it. */
  forget(id: string): void {
    this.#underWay.delete(id);
  }

  /**
   * Goes on in a new file, unless nothing was added to the one in use.
   *
   * @throws Node's error when none can be made; then it goes on in the old one.
   */
  renew(): void {
    if (this.#current.bytes > this.#carried) this.#rotate();
  }

  /** Writes no more; what is in it can still be read, though its files may be deleted. */
  seal(): void {
    clearTimeout(this.#syncTimer);
    this.#current.seal({ keepOpen: true });
  }

  #append(line: string): void {
    // Calls under way are written again for each segment: so many must not fill it alone.
    if (this.#current.bytes >= this.#parts.segmentBytes + 2 * this.#carried) this.#rotate();
    this.#current.append(line);
    this.#syncTimer ??= untraced(() => setTimeout(() => this.#sync(), SYNC_AFTER_MS).unref());
  }

  #rotate(): void {
    const next = this.#nextSegment();
    this.#current.seal();
    this.#current = next;
    this.#carried = next.bytes;
    this.rows.push(next);
  }

  /** Begins with the calls under way, so that those before it can be deleted. */
  #nextSegment(): Segment {
    const segment = Segment.create(segmentPath(this.home.path, ++this.#segments));
    const begun = [...this.#underWay].map(([id, row]) => formatLine({ kind: "start", id, row }));
    try {
      segment.append(begun.join(""));
    } catch (error) {
      segment.remove();
      throw error;
    }
    return segment;
  }

  #sync(): void {
    this.#syncTimer = undefined;
    const { onGone, onFailed } = this.#parts;
    this.#current.sync().then((isThere) => isThere || onGone(), onFailed);
  }
}

/** `000001.log`, `000002.log`: in the order of their names, oldest first. */
function segmentPath(directory: string, sequence: number): string {
  return join(directory, `${String(sequence).padStart(6, "0")}.log`);
}

export function isSegment(fileName: string): boolean {
  return /^\d{6,}\.log$/.test(fileName);
}
