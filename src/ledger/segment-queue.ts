/**
 * Rows in segments, first in, first out, of which only a window is held in memory. A segment whose
 * rows are all acknowledged is deleted.
 */
import { errorCodeOf } from "../base/errors.ts";
import type { RowSource } from "./backlog.ts";
import type { Segment } from "./segment.ts";

/** Told how many rows can't be read any more. */
export type OnLost = (rows: number) => void;

/** Of the process, not of the file: it can be read later. */
const PASSING: ReadonlySet<string | undefined> = new Set(["EMFILE", "ENFILE", "ENOMEM", "EAGAIN"]);

export class SegmentQueue implements RowSource {
  /** The first is being read; the last may be written to. */
  readonly #segments: Segment[];
  readonly #onLost: OnLost;
  /** Rows of the first segment that were read, and not acknowledged. */
  #window: string[];
  /** Kept, and not summed up: each call asks for it, and an outage makes segments by the hundred. */
  #pending: number;

  /** @param ahead Rows that come first: `rows` of the first segment counts them, its file has them not. */
  constructor(segments: readonly Segment[], onLost: OnLost, ahead: readonly string[] = []) {
    this.#segments = [...segments];
    this.#onLost = onLost;
    this.#window = [...ahead];
    this.#pending = segments.reduce((sum, { rows }) => sum + rows, 0);
  }

  get pending(): number {
    return this.#pending;
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get oldestPendingAtMs(): number | undefined {
    return this.#segments.find(({ rows }) => rows > 0)?.oldestAtMs;
  }

  push(segment: Segment): void {
    this.#segments.push(segment);
    this.#pending += segment.rows;
  }

  /** A row was appended to the last segment, of a call that ended then. */
  appended(endedAtMs: number): void {
    const last = this.#segments.at(-1);
    if (last === undefined) return;
    if (this.#pending === 0) last.oldestAtMs = endedAtMs;
    last.oldestAtMs ??= endedAtMs;
    last.rows += 1;
    this.#pending += 1;
  }

  async oldest(maxRows: number): Promise<readonly string[]> {
    for (let first = this.#segments[0]; first !== undefined; first = this.#segments[0]) {
      await this.#readOn(first, maxRows);
      if (this.#window.length > 0 || !first.sealed) break;
      this.#dropFirst(first);
    }
    return this.#window.slice(0, maxRows);
  }

  async acknowledge(rows: number): Promise<void> {
    const first = this.#segments[0];
    if (first === undefined) return;
    this.#settleRows(first, this.#window.splice(0, rows).length);
    if (this.#window.length === 0 && first.sealed && first.isRead) this.#dropFirst(first);
  }

  /** Deletes all that is left. */
  clear(): void {
    for (const segment of this.#segments.splice(0)) segment.remove();
    this.#window = [];
    this.#pending = 0;
  }

  async #readOn(segment: Segment, maxRows: number): Promise<void> {
    try {
      while (this.#window.length < maxRows && !segment.isRead) {
        for (const { kind, row } of await segment.read()) {
          if (kind === "end") this.#window.push(row);
        }
      }
    } catch (error) {
      if (PASSING.has(errorCodeOf(error))) throw error;
      segment.skipRest();
    }
    if (segment.isRead) this.#settle(segment);
  }

  /** All was read that can be: the rows that were not among it are lost. */
  #settle(segment: Segment): void {
    const lost = segment.rows - this.#window.length;
    this.#settleRows(segment, lost);
    if (lost > 0) this.#onLost(lost);
  }

  #settleRows(segment: Segment, rows: number): void {
    segment.rows -= rows;
    this.#pending -= rows;
  }

  #dropFirst(first: Segment): void {
    this.#segments.shift();
    first.remove();
  }
}
