import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { HOUSE_RULES, STOREYS } from "./support/house-rules.ts";
import { sourceModule, sourceTree } from "./support/source-module.ts";

const tree = sourceTree(join(import.meta.dirname, "..", "src"));

describe("the house", () => {
  test.each(Object.entries(HOUSE_RULES))("%s", (_, rule) => {
    expect(rule(tree)).toEqual([]);
  });

  test("is shown to newcomers in CONTRIBUTING.md, storey by storey", () => {
    const contributing = readFileSync(join(import.meta.dirname, "..", "CONTRIBUTING.md"), "utf8");
    const rows = [...contributing.matchAll(/^\| (\d) +\| `([\w/*.]+)` /gm)];
    const shown = rows.map(([, storey, folder]) => `${storey} ${folder}`);
    const folders = [...new Set(tree.map(({ folder }) => folder))];
    const there = folders.map((folder) => `${STOREYS.get(folder)} ${folder || "src/*.ts"}`);
    expect(shown.toSorted()).toEqual(there.toSorted());
  });

  test("is seen: its files, and what they import", () => {
    expect(tree.length).toBeGreaterThan(50);
    const fetch = tree.find(({ path }) => path === "capture/fetch.ts");
    expect(fetch?.imports).toContainEqual({
      specifier: "./meter.ts",
      target: "capture/meter.ts",
      typeOnly: true,
    });
  });
});

/** A small house that is in order: what is planted in it is the only fault. */
const SOUND = {
  "base/clock.ts": "export const now = () => Date.now();",
  "base/money.ts": "export type Money = bigint; export const ZERO = 0n;",
  "usage/record.ts": 'import type { Money } from "../base/money.ts"; export type Cost = Money;',
  "database/pool.ts": 'export const open = async () => await import("pg");',
  "ledger/rows.ts": 'import type { Pool } from "pg"; export type Rows = Pool;',
  "stats/report.ts": 'import { type Pool } from "pg"; export type Report = Pool;',
  "index.ts": 'export type { Cost } from "./usage/record.ts"; export * from "./base/money.ts";',
  "cli/main.ts": 'import { ZERO } from "../index.ts"; console.log(ZERO); process.stdout.write("");',
};

function faultsIn(planted: Record<string, string>): Record<string, readonly string[]> {
  const files = Object.entries({ ...SOUND, ...planted });
  const modules = files.map(([path, text]) => sourceModule(path, text));
  const results = Object.entries(HOUSE_RULES).map(([name, rule]) => [name, rule(modules)] as const);
  return Object.fromEntries(results.filter(([, faults]) => faults.length > 0));
}

describe("a fault is found", () => {
  test("and none in a house that has none", () => {
    expect(faultsIn({})).toEqual({});
  });

  const GO_DOWN = "imports go to the same folder or to a lower storey";
  test.each([
    ["a static import", 'import { open } from "../database/pool.ts"; open();'],
    [
      "an import of a type",
      'import type { open } from "../database/pool.ts"; export type X = open;',
    ],
    ["an import for its effects", 'import "../database/pool.ts";'],
    ["a dynamic import", 'export const load = () => import("../database/pool.ts");'],
    ["an import inside of a type", 'export type X = import("../database/pool.ts").X;'],
    ["a re-export", 'export { open } from "../database/pool.ts";'],
    ["a re-export of all", 'export * from "../database/pool.ts";'],
    ["a re-export of a type", 'export type { open } from "../database/pool.ts";'],
  ])("when %s climbs", (_, text) => {
    expect(faultsIn({ "base/bad.ts": text })).toEqual({
      [GO_DOWN]: ["base/bad.ts -> database/pool.ts"],
    });
  });

  test("when neighbours on a storey meet", () => {
    const text = 'import type { Rows } from "../ledger/rows.ts"; export type X = Rows;';
    expect(faultsIn({ "stats/bad.ts": text })).toEqual({
      [GO_DOWN]: ["stats/bad.ts -> ledger/rows.ts"],
    });
  });

  test("when a feature reaches for the public door", () => {
    expect(faultsIn({ "capture/bad.ts": 'import "../index.ts";' })).toEqual({
      [GO_DOWN]: ["capture/bad.ts -> index.ts"],
    });
  });

  test("when a folder is not on the map, and then nothing may import it", () => {
    const planted = {
      "queue/queue.ts": "export const queue = 1;",
      "cli/bad.ts": 'import "../queue/queue.ts";',
    };
    expect(faultsIn(planted)).toEqual({
      "every folder is on the map": ["queue/queue.ts"],
      [GO_DOWN]: ["cli/bad.ts -> queue/queue.ts"],
    });
  });

  const PLAIN = "imports say in plain text what they import, and it is there";
  test("when an import is computed", () => {
    expect(faultsIn({ "base/bad.ts": "export const load = (x: string) => import(x);" })).toEqual({
      [PLAIN]: ["base/bad.ts imports what is only known at run time"],
    });
  });

  test("when an import leads out of the tree", () => {
    expect(faultsIn({ "base/bad.ts": 'import "./gone.ts";' })).toEqual({
      [PLAIN]: ["base/bad.ts imports ./gone.ts, which is not there"],
    });
  });

  test("when three files import each other in a circle, though one by type only", () => {
    const planted = {
      "base/a.ts": 'import "./b.ts"; export type A = 1;',
      "base/b.ts": 'export * from "./c.ts";',
      "base/c.ts": 'import type { A } from "./a.ts"; export type C = A;',
    };
    expect(faultsIn(planted)).toEqual({
      "files import each other in no circle": ["base/a.ts -> base/b.ts -> base/c.ts -> base/a.ts"],
    });
  });

  test("when a file has 301 lines, and not when it has 300", () => {
    const lines = (count: number): string => "// a line\n".repeat(count);
    expect(faultsIn({ "base/long.ts": lines(300) })).toEqual({});
    expect(faultsIn({ "base/long.ts": lines(301) })).toEqual({
      "no file is longer than 300 lines": ["base/long.ts has 301 lines"],
    });
  });

  test.each([
    "base/utils.ts",
    "base/string-utils.ts",
    "base/types.ts",
    "cli/lib/x.ts",
    "usage/common.ts",
  ])("when a file is called %s", (path) => {
    expect(faultsIn({ [path]: "export const x = 1;" })).toEqual({
      "no name stands for everything": [path],
    });
  });

  test.each(["Date.now();", "export const x = globalThis.Date;", "export type X = Date;"])(
    "when a file other than the clock says %s",
    (text) => {
      expect(faultsIn({ "usage/bad.ts": text })).toEqual({
        "only base/clock.ts names Date": ["usage/bad.ts"],
      });
    },
  );

  test.each([
    ["console.log(1);", "console"],
    ["globalThis.console.warn(1);", "console"],
    ['process.stdout.write("1");', "process.stdout"],
    ['process.stderr?.write("1");', "process.stderr"],
  ])("when a file outside of cli/ says %s", (text, name) => {
    expect(faultsIn({ "usage/bad.ts": text })).toEqual({
      "only cli/ writes to the console": [`usage/bad.ts names ${name}`],
    });
  });

  test("but not in words of a comment or a text", () => {
    const text = '// Not a Date, nor the console.\nexport const x = "Date from console.log";';
    expect(faultsIn({ "usage/fine.ts": text })).toEqual({});
  });

  const POSTGRES = "only database/ opens Postgres; ledger/, repricing/ and stats/ know its types";
  test.each([
    ["stats/bad.ts", 'import pg from "pg"; pg;'],
    ["ledger/bad.ts", 'import { type PoolClient, Pool } from "pg"; new Pool();'],
    ["ledger/bad.ts", 'export const load = () => import("pg");'],
    ["http/bad.ts", 'import type { Pool } from "pg"; export type X = Pool;'],
  ])("when %s says %s", (path, text) => {
    expect(faultsIn({ [path]: text })).toEqual({ [POSTGRES]: [`${path} -> pg`] });
  });

  test.each(["@google/genai", "@google/generative-ai"])("when a file imports %s", (name) => {
    expect(
      faultsIn({ "providers/bad.ts": `import type { X } from "${name}"; export type Y = X;` }),
    ).toEqual({ "nothing imports Google's SDKs": [`providers/bad.ts -> ${name}`] });
  });
});
