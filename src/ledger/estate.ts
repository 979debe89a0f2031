/** A journal that its owner left: a count of its rows, with those of calls that never ended. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { parseTimestamp } from "../base/clock.ts";
import { type CallsUnderWay, isSegment, segmentPath } from "./journal.ts";
import { formatLine } from "./journal-line.ts";
import { rowOfLine } from "./row-line.ts";
import { Segment } from "./segment.ts";
import { type OnLost, SegmentQueue } from "./segment-queue.ts";

/** What is in a directory that was taken over. */
export interface Estate {
  readonly path: string;
  readonly rows: SegmentQueue;
  /** Calls whose end was never seen; they are among the rows. */
  readonly orphans: number;
}

/**
 * Reads through a directory that was claimed: counts its rows, and writes the ends that its owner
 * could not. What remains is rows.
 *
 * @throws Node's error when it can't be read, or the disk has no room for those ends.
 */
export async function openEstate(path: string, onLost: OnLost): Promise<Estate> {
  const names = (await readdir(path)).filter(isSegment).toSorted();
  const segments = names.map((name) => Segment.existing(join(path, name)));
  const underWay = new Map<string, string>();
  for (const segment of segments) await survey(segment, underWay);
  if (underWay.size > 0) {
    const last = Number.parseInt(names.at(-1) ?? "0", 10);
    segments.push(endOf(underWay, segmentPath(path, last + 1)));
  }
  return { path, rows: new SegmentQueue(segments, onLost), orphans: underWay.size };
}

/** Counts the rows of a segment, and keeps account of which calls are under way at its end. */
async function survey(segment: Segment, underWay: Map<string, string>): Promise<void> {
  while (!segment.isRead) {
    for (const { kind, id, row } of await segment.read()) {
      if (kind === "start") underWay.set(id, row);
      else {
        underWay.delete(id);
        segment.rows += 1;
        segment.oldestAtMs ??= startedAtMs(row);
      }
    }
  }
  segment.rewind();
}

function endOf(underWay: CallsUnderWay, path: string): Segment {
  const segment = Segment.create(path);
  try {
    segment.append([...underWay].map(([id, row]) => formatLine({ kind: "end", id, row })).join(""));
  } catch (error) {
    segment.remove();
    throw error;
  }
  segment.seal();
  const [oldest] = underWay.values();
  segment.rows = underWay.size;
  segment.oldestAtMs = oldest === undefined ? undefined : startedAtMs(oldest);
  return segment;
}

function startedAtMs(row: string): number {
  return parseTimestamp(rowOfLine(row)["created_at"] ?? "");
}
