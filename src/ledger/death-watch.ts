/** Which of the owners of journals are dead. */
import { stat } from "node:fs/promises";

import type { Clock } from "../base/clock.ts";
import { ownerIsAlive } from "./journal-home.ts";

/** Where nothing but its sign of life tells: so long without one, and the owner is taken for dead. */
const SILENCE_MS = 60_000;

interface Sighting {
  readonly changedAtMs: number;
  /** Of the clock that never steps: file times are compared with each other only. */
  readonly seenAtMs: number;
}

export class DeathWatch {
  readonly #clock: Clock;
  readonly #sightings = new Map<string, Sighting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws Node's error when the directory is gone. */
  async isDead(home: string): Promise<boolean> {
    const alive = await ownerIsAlive(home);
    return alive === undefined ? this.#isSilent(home) : !alive;
  }

  async #isSilent(home: string): Promise<boolean> {
    const { mtimeMs: changedAtMs } = await stat(home);
    const now = this.#clock.monotonicMs();
    const last = this.#sightings.get(home);
    if (last?.changedAtMs === changedAtMs) return now - last.seenAtMs >= SILENCE_MS;
    this.#sightings.set(home, { changedAtMs, seenAtMs: now });
    return false;
  }
}
