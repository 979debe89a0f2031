import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";

import { processWide } from "../../src/base/process-wide.ts";

test("makes a value once, and gives it to whoever asks", () => {
  const name = randomUUID();
  const first = processWide(name, () => ({ made: 1 }))();
  expect(processWide(name, () => ({ made: 2 }))()).toBe(first);
  expect(first).toEqual({ made: 1 });
});

test("keeps names apart", () => {
  const name = randomUUID();
  expect(processWide(`${name}.a`, () => "a")()).toBe("a");
  expect(processWide(`${name}.b`, () => "b")()).toBe("b");
});

test("is shared by two copies of the module", async () => {
  const name = randomUUID();
  const path = "../../src/base/process-wide.ts?second-copy";
  const copy: { processWide: typeof processWide } = await import(path);
  expect(copy.processWide).not.toBe(processWide);
  const value = processWide(name, () => ({}))();
  expect(copy.processWide(name, () => ({}))()).toBe(value);
});
