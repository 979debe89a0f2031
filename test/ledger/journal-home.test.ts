import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

import { JournalHome, ownerIsAlive } from "../../src/ledger/journal-home.ts";
import { startScript } from "../support/script.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

function aHome(root: string): JournalHome {
  const home = JournalHome.make(root);
  onTestFinished(() => home.leave());
  return home;
}

test("an owner lives until it leaves", async () => {
  const home = aHome(temporaryDirectory());
  expect(await ownerIsAlive(home.path)).toBe(true);
  home.leave();
  expect(await ownerIsAlive(home.path)).toBe(false);
});

test("an owner that is stopped lives, and one that was killed is dead", async () => {
  const root = temporaryDirectory();
  const script = startScript(`
    const { JournalHome } = await import(${JSON.stringify(import.meta.resolve("../../src/ledger/journal-home.ts"))});
    JournalHome.make(${JSON.stringify(root)});
    setInterval(() => {}, 60_000);
    console.log("made");`);
  await script.printed("made");
  const [name] = readdirSync(root);
  const path = join(root, name!);
  script.signal("SIGSTOP");
  expect(await ownerIsAlive(path)).toBe(true);
  script.signal("SIGKILL");
  await script.ended;
  expect(await ownerIsAlive(path)).toBe(false);
});

test("a process that only made one ends by itself, and leaves it to others", async () => {
  const root = temporaryDirectory();
  const script = startScript(`
    const { JournalHome } = await import(${JSON.stringify(import.meta.resolve("../../src/ledger/journal-home.ts"))});
    JournalHome.make(${JSON.stringify(root)});`);
  expect(await script.ended).toMatchObject({ code: 0, stderr: "" });
  const [name] = readdirSync(root);
  expect(await ownerIsAlive(join(root, name!))).toBe(false);
});

test.each(["x".repeat(60), "x".repeat(120)])(
  "where the path is too long for a socket's address nothing is said of its owner",
  async (folder) => {
    const home = aHome(join(temporaryDirectory(), folder, folder));
    expect(await ownerIsAlive(home.path)).toBeUndefined();
  },
);

test("of the owner on another machine, or before a restart, its socket says nothing", async () => {
  expect(await ownerIsAlive(join(temporaryDirectory(), "00000000-1-00000000"))).toBeUndefined();
});

test("what is in it when it is removed stays, for others", async () => {
  const root = temporaryDirectory();
  const [empty, full] = [aHome(root), aHome(root)];
  aHome(full.path);
  empty.remove();
  full.remove();
  expect(readdirSync(root).map((name) => join(root, name))).toEqual([full.path]);
});
