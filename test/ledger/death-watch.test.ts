import { mkdirSync, renameSync, utimesSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

import { DeathWatch } from "../../src/ledger/death-watch.ts";
import { JournalHome } from "../../src/ledger/journal-home.ts";
import { NOON_MS } from "../support/record.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const NOON_S = NOON_MS / 1_000;

/** A clock whose wall time goes wherever it likes, as that of a machine may. */
function aClock() {
  const at = { wallMs: NOON_MS, monotonicMs: 0 };
  return { at, clock: { now: () => at.wallMs, monotonicMs: () => at.monotonicMs } };
}

/** The directory of an owner whose socket can't be asked. */
function aSilentHome(): string {
  const home = join(temporaryDirectory(), "00000000-1-00000000");
  mkdirSync(home);
  utimesSync(home, NOON_S, NOON_S);
  return home;
}

test("an owner whose socket can't be asked is dead when it gave no sign for a minute", async () => {
  const { at, clock } = aClock();
  const watch = new DeathWatch(clock);
  const home = aSilentHome();
  expect(await watch.isDead(home)).toBe(false);
  at.monotonicMs = 59_999;
  expect(await watch.isDead(home)).toBe(false);
  at.monotonicMs = 60_000;
  expect(await watch.isDead(home)).toBe(true);
});

test("each sign starts the minute anew, whatever time it bears and whatever the clock says", async () => {
  const { at, clock } = aClock();
  const watch = new DeathWatch(clock);
  const home = aSilentHome();
  for (const [round, signS] of [NOON_S, NOON_S - 86_400, NOON_S + 86_400, NOON_S - 1].entries()) {
    utimesSync(home, signS, signS);
    at.monotonicMs = round * 59_000;
    at.wallMs = NOON_MS + (round % 2 === 0 ? 1 : -1) * 3_600_000;
    expect(await watch.isDead(home)).toBe(false);
  }
  at.monotonicMs += 60_000;
  expect(await watch.isDead(home)).toBe(true);
});

test("one whose socket answers is never taken for dead, and one that left is at once", async () => {
  const { clock } = aClock();
  const watch = new DeathWatch(clock);
  const home = JournalHome.make(temporaryDirectory());
  onTestFinished(() => home.leave());
  expect(await watch.isDead(home.path)).toBe(false);
  home.leave();
  expect(await watch.isDead(home.path)).toBe(true);
});

test("an owner finds out that its directory was taken", async () => {
  const root = temporaryDirectory();
  const home = JournalHome.make(root);
  onTestFinished(() => home.leave());
  expect(await home.beat(NOON_MS)).toBe(true);
  renameSync(home.path, join(root, `${basename(home.path)}-taken`));
  expect(await home.beat(NOON_MS)).toBe(false);
});
