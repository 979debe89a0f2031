import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { nodeVersionFault } from "../../src/base/node-version.ts";

const OLD = ["22.14.0", "22.2.0", "21.7.3", "20.20.2", "18.20.8", "0.12.18"];
const RECENT = ["22.15.0", "22.15.1", "22.20.0", "23.0.0", "24.21.0", "100.0.0"];

test.each(OLD)("refuses Node %s, and says what is needed and what is here", (version) => {
  expect(nodeVersionFault(version)).toBe(
    `spendspan needs Node 22.15 or newer, and this is Node ${version}`,
  );
});

test.each(RECENT)("has nothing against Node %s", (version) => {
  expect(nodeVersionFault(version)).toBeUndefined();
});

test("asks for what package.json asks for", () => {
  const { engines } = JSON.parse(readFileSync("package.json", "utf8"));
  const oldest = String(engines.node).replace(/^>=/, "");
  expect(nodeVersionFault(`${oldest}.0`)).toBeUndefined();
  const [major, minor] = oldest.split(".").map(Number);
  expect(nodeVersionFault(`${major}.${(minor ?? 0) - 1}.0`)).toContain(`Node ${oldest} or newer`);
});
