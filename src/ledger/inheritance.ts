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
    const { directory, home } = this.#parts;
    await this.#each(directory, async (path) => {
      if (path !== home() && (await this.#deathWatch.isDead(path))) await this.#claim(path);
    });
    const own = home();
    if (own !== undefined) await this.#each(own, (path) => this.#open(path, own));
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

  /** Does `work` with each directory in `directory`; where it fails, the next round tries again. */
  async #each(directory: string, work: (path: string) => Promise<void>): Promise<void> {
    const paths = await this.#guarded(() => directoriesIn(directory));
    for (const path of paths ?? []) await this.#guarded(() => work(path));
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (isGone(error)) return undefined; // another was faster
      this.#parts.logger.warn("Usage rows of another process can't be taken over", error);
      return undefined;
    }
  }

  async #claim(path: string): Promise<void> {
    const home = this.#parts.makeHome();
    if (home !== undefined) await moveInto(home, path);
  }

  async #open(path: string, home: string): Promise<void> {
    if (this.#estates.some((estate) => estate.path === path)) return;
    // What the dead had taken over themselves.
    for (const nested of await directoriesIn(path)) {
      await this.#open(await moveInto(home, nested), home);
    }
    const { logger, onLost } = this.#parts;
    const estate = await openEstate(path, onLost);
    this.#estates = [...this.#estates, estate];
    const { rows, orphans } = estate;
    if (rows.pending === 0) return this.settle();
    const message = `Takes over usage rows of a process that is gone: ${rows.pending}`;
    if (orphans === 0) logger.info(message);
    else logger.warn(`${message}, with calls whose end was never seen: ${orphans}`);
  }
}

/** One rename, and so all or nothing. @returns Where it is now. */
async function moveInto(home: string, path: string): Promise<string> {
  const moved = join(home, basename(path));
  await rename(path, moved);
  return moved;
}

async function directoriesIn(path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return errorCodeOf(error) === "ENOENT";
}
