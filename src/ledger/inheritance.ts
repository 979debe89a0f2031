/**
 * What processes left that died, or could not write all their rows: each is taken over by exactly
 * one that lives.
 *
 * All that a process has to see to lies in its directory. So taking over is one `rename` of that
 * directory into one's own, which the file system grants to one of many; and should the heir die,
 * its own heir gets both.
 */
import { readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";

import type { Clock } from "../base/clock.ts";
import { errorCodeOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { DeathWatch } from "./death-watch.ts";
import { type Estate, openEstate } from "./estate.ts";
import type { OnLost, SegmentQueue } from "./segment-queue.ts";

export interface InheritanceParts {
  /** That in which processes have their directories. */
  readonly directory: string;
  /** The directory of this one, if it has one yet. */
  readonly home: () => string | undefined;
  /** Makes it. Undefined while it can't be made. */
  readonly makeHome: () => string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onLost: OnLost;
}

export class Inheritance {
  readonly #parts: InheritanceParts;
  readonly #deathWatch: DeathWatch;
  #estates: readonly Estate[] = [];

  constructor(parts: InheritanceParts) {
    this.#parts = parts;
    this.#deathWatch = new DeathWatch(parts.clock);
  }

  get rows(): readonly SegmentQueue[] {
    return this.#estates.map(({ rows }) => rows);
  }

  /** Takes over what the dead left. Never rejects. @returns Whether rows came in. */
  async takeOver(): Promise<boolean> {
    const before = this.#estates.length;
    try {
      for (const path of await this.#ownedByTheDead()) await this.#claim(path);
      for (const path of await this.#unopened()) await this.#open(path);
    } catch (error) {
      this.#parts.logger.warn("Usage rows of another process could not be taken over", error);
    }
    return this.#estates.length > before;
  }

  /** Deletes estates of which nothing is left to do. Never rejects. */
  async settle(): Promise<void> {
    const done = this.#estates.filter(({ rows }) => rows.pending === 0);
    if (done.length === 0) return;
    this.#estates = this.#estates.filter(({ rows }) => rows.pending > 0);
    for (const { path, rows } of done) {
      rows.clear();
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
  }

  async #ownedByTheDead(): Promise<readonly string[]> {
    const { directory, home } = this.#parts;
    const dead: string[] = [];
    for (const path of await directoriesIn(directory)) {
      if (path !== home() && (await this.#deathWatch.isDead(path))) dead.push(path);
    }
    return dead;
  }

  async #claim(path: string): Promise<void> {
    const home = this.#parts.makeHome();
    if (home !== undefined) await moveInto(home, path);
  }

  /** What was claimed and is not open yet, also since it could not be opened the last time. */
  async #unopened(): Promise<readonly string[]> {
    const home = this.#parts.home();
    if (home === undefined) return [];
    const opened = new Set(this.#estates.map(({ path }) => path));
    const unopened = (await directoriesIn(home)).filter((path) => !opened.has(path));
    // What the dead had taken over themselves.
    const nested = (await Promise.all(unopened.map(directoriesIn))).flat();
    for (const path of nested) await moveInto(home, path);
    return nested.length === 0 ? unopened : this.#unopened();
  }

  async #open(path: string): Promise<void> {
    const { logger, onLost } = this.#parts;
    const estate = await openEstate(path, onLost);
    this.#estates = [...this.#estates, estate];
    const { rows, orphans } = estate;
    if (rows.pending === 0) return;
    const message = `Takes over ${rows.pending} usage rows of a process that is gone`;
    if (orphans === 0) logger.info(message);
    else logger.warn(`${message}; of ${orphans} of them the end was never seen`);
  }
}

/** Nothing happens when another process was faster. */
async function moveInto(home: string, path: string): Promise<void> {
  try {
    await rename(path, join(home, basename(path)));
  } catch (error) {
    if (errorCodeOf(error) !== "ENOENT") throw error;
  }
}

async function directoriesIn(path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
  } catch (error) {
    if (errorCodeOf(error) === "ENOENT") return [];
    throw error;
  }
}
