import { validate, version } from "uuid";
import { expect, test } from "vitest";

import { newUuid } from "../../src/base/uuid.ts";

test("ids are UUIDv7, differ however many are made, and sort as they were made", () => {
  const ids = Array.from({ length: 2_000 }, newUuid); // random bytes are drawn for 256 at a time
  expect(ids.filter((id) => !validate(id) || version(id) !== 7)).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
});

test("random parts don't repeat from one draw of random bytes to the next", () => {
  const tails = Array.from({ length: 2_000 }, () => newUuid().slice(-12));
  expect(new Set(tails).size).toBe(tails.length);
});
