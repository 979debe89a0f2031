/** A journal that its owner left: a count of its rows, with those of calls that never ended. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { parseTimestamp } from "../base/clock.ts";
import { isSegment } from "./journal.ts";
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
 * Reads through a directory that was claimed, and counts its rows. Calls whose end was never seen come
 * first, from memory: a disk that is full of rows is emptied by handing them out. Should the heir die,
 * their lines are still there, or they are rows already.
 *
 * @throws Node's error when it can't be read.
 */
export async function openEstate(path: string, onLost: OnLost): Promise<Estate> {
  const names = (await readdir(path)).filter(isSegment).toSorted();
  const segments = names.map((name) => Segment.existing(join(path, name)));
  const underWay = new Map<string, string>();
  for (const segment of segments) await survey(segment, underWay);
  const orphans = [...underWay.values()];
  const [[first], [eldest]] = [segments, orphans];
  if (first !== undefined && eldest !== undefined) {
    first.rows += orphans.length;
    first.oldestAtMs = Math.min(startedAtMs(eldest), first.oldestAtMs ?? Infinity);
  }
  return { path, rows: new SegmentQueue(segments, onLost, orphans), orphans: orphans.length };
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

function startedAtMs(row: string): number {
  return parseTimestamp(rowOfLine(row)["created_at"] ?? "");
}
