import { readdirSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { DASHBOARDS_FOLDER, dashboardFiles } from "../../grafana/boards.ts";
import { BOARD_NAMES, boardFile } from "./board-file.ts";
import { faultsOfBoard } from "./board-linter.ts";
import { BROKEN_BOARDS } from "./broken-boards.ts";

describe("the boards", () => {
  test("are generated: `npm run boards` writes them", () => {
    const files = [...dashboardFiles()];
    expect(readdirSync(DASHBOARDS_FOLDER).toSorted()).toEqual(
      files.map(([name]) => name).toSorted(),
    );
    for (const [name, text] of files) {
      expect(boardFile(name.replace(".json", ""))).toEqual(JSON.parse(text));
    }
  });

  test.each(BOARD_NAMES)("have no faults: %s", (name) => {
    expect(faultsOfBoard(boardFile(name))).toEqual([]);
  });

  test("lead from one to another by links that are there", () => {
    const uids = BOARD_NAMES.map((name) => boardFile(name).uid);
    const targets = [...dashboardFiles().values()].flatMap((text) =>
      [...text.matchAll(/"\/d\/([\w-]+)\?([^"]*)"/g)].map(([, uid, query]) => ({ uid, query })),
    );
    expect(targets.length).toBeGreaterThan(10);
    for (const { uid, query } of targets) {
      expect(uids).toContain(uid);
      expect(query).toContain("${__url_time_range}&${datasource:queryparam}");
      // Each filter comes along, or is chosen by the link.
      for (const filter of ["provider", "endpoint", "model", "brand", "status"]) {
        expect(query).toMatch(new RegExp(`\\$\\{${filter}:queryparam\\}|var-${filter}=`));
      }
    }
  });
});

describe("what is to be seen without scrolling", () => {
  // On a screen of 1,600 × 900 pixels, with Grafana's measures: a grid of 30 and 8 between, rows of a table of 36.
  const pixels = (rows: number) => rows * 38 - 8;

  test.each(["spendspan-cost", "spendspan-requests", "spendspan-pipeline"] as const)(
    "the first five alerts: %s",
    (name) => {
      const { gridPos } = boardFile(name).panels.find(({ title }) => title === "Alerts")!;
      const [heading, columns, head] = [40, 36, 140];
      expect((pixels(gridPos.h) - heading - columns) / 36).toBeGreaterThanOrEqual(5);
      expect(head + pixels(gridPos.y + gridPos.h)).toBeLessThan(900);
    },
  );

  test.each(["Latest calls", "Dearest calls"])("the trace of a call: %s", (title) => {
    const { fieldConfig, targets } = boardFile("spendspan-ledger").panels.find(
      (panel) => panel.title === title,
    )!;
    const columns = [...targets![0]!.rawSql!.matchAll(/ as "([^"]+)"/g)].map(([, name]) => name!);
    const widths = columns.slice(0, columns.indexOf("Trace") + 1).map((name) => {
      const override = fieldConfig!.overrides.find(({ matcher }) => matcher.options === name);
      return override?.properties.find(({ id }) => id === "custom.width")?.value;
    });
    const sum = widths.reduce<number>((total, width) => total + Number(width), 0);
    expect(sum).toBeLessThanOrEqual(1_550);
  });
});

describe("a broken board is caught:", () => {
  test.each(BROKEN_BOARDS)("$what", ({ board, find, replace, fault }) => {
    const text = JSON.stringify(boardFile(board));
    expect(text).toContain(find);
    const broken = JSON.parse(text.replace(find, () => replace));
    expect(faultsOfBoard(broken).join("\n")).toContain(fault);
  });
});
