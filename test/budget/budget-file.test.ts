import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { BudgetFile } from "../../src/budget/budget-file.ts";
import { KeptLogger } from "../support/logger.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const FIVE_DOLLARS = [{ brand: "acme", period: "day", amountUsd: "5" }];
const SIX_DOLLARS = [{ brand: "acme", period: "day", amountUsd: "6" }];

function aFile() {
  const path = join(temporaryDirectory(), "budgets.json");
  const logger = new KeptLogger();
  const file = new BudgetFile(path, logger);
  return {
    file,
    logger,
    hold: (content: unknown) => writeFileSync(path, JSON.stringify(content)),
    spoil: (text: string) => writeFileSync(path, text),
    remove: () => rmSync(path),
    amount: () => file.read().of("acme", "day")?.amount,
  };
}

test("a file that has changed counts from the next reading on", () => {
  const { hold, amount, logger } = aFile();
  hold(FIVE_DOLLARS);
  expect(amount()).toBe(5_000_000_000_000n);
  hold(SIX_DOLLARS);
  expect(amount()).toBe(6_000_000_000_000n);
  hold([]);
  expect(amount()).toBeUndefined();
  expect(logger.warnings).toEqual([]);
});

test("a file with faults leaves the budgets as they were, and is told of once", () => {
  const { file, hold, spoil, remove, amount, logger } = aFile();
  hold(FIVE_DOLLARS);
  expect([amount(), file.isSound]).toEqual([5_000_000_000_000n, true]);
  spoil("[{");
  expect([amount(), file.isSound]).toEqual([5_000_000_000_000n, false]);
  expect([amount(), logger.warnings.length]).toEqual([5_000_000_000_000n, 1]);
  hold([{ ...SIX_DOLLARS[0], period: "year" }, { brand: "acme" }]);
  expect([amount(), logger.warnings.length]).toEqual([5_000_000_000_000n, 2]);
  // One half of it being right does not make it count.
  expect(logger.warnings[1]).toMatch(
    /the budgets stay as they were: .*`budgetsFile\[0\].period`.*`budgetsFile\[1\]`/,
  );
  remove();
  expect([amount(), logger.warnings.length]).toEqual([5_000_000_000_000n, 3]);
  hold(SIX_DOLLARS);
  expect([amount(), file.isSound]).toEqual([6_000_000_000_000n, true]);
  expect(logger.infos).toEqual(["The file of budgets is sound again"]);
});

test("without a file there are no budgets, and nothing is wrong", () => {
  const logger = new KeptLogger();
  const file = new BudgetFile(undefined, logger);
  expect(file.read().of("acme", "day")).toBeUndefined();
  expect([file.isSound, logger.warnings]).toEqual([true, []]);
});
