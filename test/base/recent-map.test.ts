import { expect, test } from "vitest";

import { RecentMap } from "../../src/base/recent-map.ts";

test("forgets what was set longest ago, and nothing else", () => {
  const map = new RecentMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.set("a", 3); // set anew, so b is now the oldest
  map.set("c", 4);
  expect(["a", "b", "c"].map((key) => map.get(key))).toEqual([3, undefined, 4]);
  expect([map.has("a"), map.has("b")]).toEqual([true, false]);
});
