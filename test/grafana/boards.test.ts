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

describe("a broken board is caught:", () => {
  test.each(BROKEN_BOARDS)("$what", ({ board, find, replace, fault }) => {
    const text = JSON.stringify(boardFile(board));
    expect(text).toContain(find);
    const broken = JSON.parse(text.replace(find, () => replace));
    expect(faultsOfBoard(broken).join("\n")).toContain(fault);
  });
});
