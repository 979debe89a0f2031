import fc from "fast-check";
import { expect, test } from "vitest";

import { LabelGuard, OTHER } from "../../src/metrics/label-guard.ts";

test("the first values of a label are admitted for good, and all later ones are _other", () => {
  const guard = new LabelGuard({ brand: 2 });
  const given = ["acme", "globex", "initech", "acme", "globex", "hooli"];
  expect(given.map((brand) => guard.admit("brand", brand))).toEqual([
    "acme",
    "globex",
    OTHER,
    "acme",
    "globex",
    OTHER,
  ]);
});

test("labels do not take room from each other", () => {
  const guard = new LabelGuard({ brand: 1, model: 1 });
  expect(guard.admit("brand", "acme")).toBe("acme");
  expect(guard.admit("model", "gemini-2.5-flash")).toBe("gemini-2.5-flash");
});

test("a value without text is unknown", () => {
  expect(new LabelGuard().admit("model", "")).toBe("unknown");
});

test("what would garble a page is replaced, and what is too long is cut", () => {
  const guard = new LabelGuard();
  expect(guard.admit("model", "a\u0000b\nc")).toBe("a\ufffdb\ufffdc");
  expect(guard.admit("model", "x".repeat(1_000))).toBe("x".repeat(128));
});

test("values admitted as different stay different in UTF-8", () => {
  const anything = fc.string({ unit: "binary", maxLength: 6 });
  fc.assert(
    fc.property(fc.array(anything), (values) => {
      const guard = new LabelGuard();
      const admitted = new Set(values.map((value) => guard.admit("model", value)));
      const printed = new Set(Array.from(admitted, (value) => Buffer.from(value).toString("hex")));
      expect(printed.size).toBe(admitted.size);
    }),
  );
});
