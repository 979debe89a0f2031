import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { BOARD_NAMES, boardText } from "./board-file.ts";
import { MISTYPED_BOARDS } from "./mistyped-boards.ts";
import { schemaFaults } from "./schema.ts";

test("the boards are as Grafana's schema has them", () => {
  const texts = Object.fromEntries(BOARD_NAMES.map((name) => [name, boardText(name)]));
  expect(schemaFaults(texts)).toEqual(Object.fromEntries(BOARD_NAMES.map((name) => [name, []])));
});

test("the schema is that of the Grafana in docker-compose.yml", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const schema = readFileSync(`${root}/node_modules/@grafana/schema/package.json`, "utf8");
  const [minor] = /\d+\.\d+/.exec((JSON.parse(schema) as { version: string }).version)!;
  expect(readFileSync(`${root}/docker-compose.yml`, "utf8")).toContain(`grafana/grafana:${minor}.`);
});

test("boards that are not are refused, and for what is wrong with them", () => {
  const texts = MISTYPED_BOARDS.map(({ what, board, find, replace }) => {
    const text = boardText(board);
    if (!text.includes(find)) throw new Error(`Expected ${board} to hold ${find}`);
    return [what, text.replace(find, () => replace)] as const;
  });
  expect(schemaFaults(Object.fromEntries(texts))).toEqual(
    Object.fromEntries(
      MISTYPED_BOARDS.map(({ what, fault }) => [
        what,
        expect.arrayContaining([expect.stringContaining(fault)]),
      ]),
    ),
  );
});
