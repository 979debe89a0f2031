import { execFileSync } from "node:child_process";

import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";

import { SpendspanError } from "../../src/base/errors.ts";
import {
  checkedTags,
  currentTags,
  isTagValue,
  type Tags,
  usageContext,
  withUsage,
} from "../../src/usage/tags.ts";

const brandHere = (): string => currentTags().brand ?? "unattributed";

describe("tags in force", () => {
  test("are none outside withUsage, and none again after it", () => {
    expect(currentTags()).toEqual({});
    withUsage({ brand: "acme" }, () => expect(brandHere()).toBe("acme"));
    expect(currentTags()).toEqual({});
  });

  test("are none again after a function that throws, whose error comes through", () => {
    const thrown = new Error("the app's own");
    const failing = (): never => {
      throw thrown;
    };
    expect(() => withUsage({ brand: "acme" }, failing)).toThrow(thrown);
    expect(currentTags()).toEqual({});
  });

  test.each([
    ["a value", 42],
    ["an object", { next: "page" }],
    ["a promise with methods of its own", new (class extends Promise<number> {})(() => {})],
    ["an async generator", (async function* () {})()],
  ])("leave what the function returns as it is: %s", (_, value) => {
    expect(withUsage({ brand: "acme" }, () => value)).toBe(value);
  });

  test("leave what the function promises as it is, and why it fails", async () => {
    const kept = withUsage({ brand: "acme" }, () => Promise.resolve(42));
    expectTypeOf(kept).toEqualTypeOf<Promise<number>>();
    expect(await kept).toBe(42);
    const failure = new Error("the app's own");
    await expect(withUsage({ brand: "acme" }, () => Promise.reject(failure))).rejects.toBe(failure);
  });

  test("merge when nested: the innermost value of each wins", () => {
    withUsage({ brand: "acme", campaign: "spring", user: "7" }, () =>
      withUsage({ endpoint: "chat", campaign: "autumn" }, () => {
        expect(currentTags()).toEqual({
          brand: "acme",
          campaign: "autumn",
          user: "7",
          endpoint: "chat",
        });
      }),
    );
  });

  test("come back when the inner function has ended", () => {
    withUsage({ brand: "outer" }, () => {
      withUsage({ brand: "inner" }, () => expect(brandHere()).toBe("inner"));
      expect(brandHere()).toBe("outer");
    });
  });

  test.each([undefined, null])("are inherited where the inner value is %s", (absent) => {
    const inner: object = { brand: absent, campaign: "spring" };
    withUsage({ brand: "acme" }, () =>
      withUsage(inner, () => expect(currentTags()).toEqual({ brand: "acme", campaign: "spring" })),
    );
  });

  test("do not change when the app changes the object that it gave", () => {
    const given = { brand: "acme" };
    withUsage(given, () => {
      given.brand = "another";
      expect(brandHere()).toBe("acme");
    });
  });
});

describe("tags across a job queue", () => {
  test("are the same in another process", () => {
    const text = withUsage({ brand: "café 東京", endpoint: "chat" }, usageContext);
    const worker = `
      import { currentTags, withUsage } from ${JSON.stringify(import.meta.resolve("../../src/usage/tags.ts"))};
      withUsage(process.argv[1], () => console.log(JSON.stringify(currentTags())));`;
    const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", worker, text]);
    expect(JSON.parse(printed.toString())).toEqual({ brand: "café 東京", endpoint: "chat" });
  });

  test("merge into those of the worker", () => {
    const text = withUsage({ brand: "acme" }, usageContext);
    withUsage({ endpoint: "worker", brand: "shared" }, () =>
      withUsage(text, () => expect(currentTags()).toEqual({ endpoint: "worker", brand: "acme" })),
    );
  });

  test("survive the trip whatever they are", () => {
    const value = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter(isTagValue);
    const tags = fc.record({ brand: value, campaign: value, user: value }, { requiredKeys: [] });
    fc.assert(
      fc.property(tags, (given) => {
        const text = withUsage(given, usageContext);
        expect(withUsage(text, currentTags)).toEqual(given);
      }),
    );
  });

  test.each([
    ["not JSON", "brand=acme", "Expected the text of usageContext(), got 'brand=acme'"],
    ["a list", '["acme"]', "Expected an object of tags, got [ 'acme' ]"],
    ["null", "null", "Expected an object of tags, got null"],
    [
      "somebody else's object",
      '{"tenant":"acme"}',
      "Expected a tag of endpoint, brand, campaign, user, got `tenant`",
    ],
    [
      "a prototype",
      '{"__proto__":{"brand":"acme"}}',
      "Expected a tag of endpoint, brand, campaign, user, got `__proto__`",
    ],
  ])("are refused when the text is %s", (_, text, message) => {
    expect(() => withUsage(text, currentTags)).toThrow(`ERR_TAG: ${message}`);
  });
});

test("a call that was made already can't be tagged", () => {
  const call = Promise.resolve("an answer") as unknown as () => string;
  expect(() => withUsage({ brand: "acme" }, call)).toThrow(
    "ERR_TAG: Expected a function that makes the calls, () => …, got object",
  );
});

describe("the form of a tag", () => {
  test.each([
    "a",
    "acme",
    "Acme Inc.",
    "brand-1/de_DE:x@y+z",
    "東京",
    "H&M",
    "L'Oréal",
    "Yahoo!",
    "Ogilvy (Berlin)",
    "हिन्दी",
    "cafe\u0301",
    "x".repeat(128),
  ])("takes %s", (value) => {
    expect(checkedTags({ brand: value })).toEqual({ brand: value });
  });

  test.each([
    ["an empty text", "", "''"],
    ["a space at its end", "acme ", "'acme '"],
    ["a space at its beginning", " acme", "' acme'"],
    ["a line break", "acme\nevil", "'acme\\nevil'"],
    ["quotes", 'a"b', `'a"b'`],
    ["a NUL", "a\0b", "'a\\x00b'"],
    ["half a surrogate pair", "a\ud83d", "'a\\ud83d'"],
    ["a number", 7, "7"],
    ["a bigint, which JSON can't show", 7n, "7n"],
    ["an object", { id: 7 }, "{ id: 7 }"],
  ])("refuses %s", (_, value, shown) => {
    expect(() => checkedTags({ brand: value })).toThrow(
      `ERR_TAG: Expected \`brand\` to be 1 to 128 letters, digits, spaces or _-.:/@+&'!(), got ${shown}`,
    );
  });

  test("refuses 129 characters, and shows the beginning of them", () => {
    const refused = (): Tags => checkedTags({ brand: "x".repeat(129) });
    expect(refused).toThrow(/got 'x{20,80}…?'?/);
    expect(refused).not.toThrow(/x{81}/);
  });

  test("names every fault at once, unknown names among them", () => {
    const faulty = { brand: "", campaign: 5, tenant: "acme", user: "fine" };
    const error = caught(() => checkedTags(faulty));
    expect(error).toMatchObject({ code: "ERR_TAG" });
    expect(error.message.split("; ")).toEqual([
      "ERR_TAG: Expected `brand` to be 1 to 128 letters, digits, spaces or _-.:/@+&'!(), got ''",
      "Expected `campaign` to be 1 to 128 letters, digits, spaces or _-.:/@+&'!(), got 5",
      "Expected a tag of endpoint, brand, campaign, user, got `tenant`",
    ]);
  });

  test("a bad tag keeps the function from being run", () => {
    let ran = false;
    expect(() => withUsage({ brand: "" }, () => (ran = true))).toThrow(SpendspanError);
    expect(ran).toBe(false);
  });

  test.each([undefined, null, 7, ["acme"]])("refuses %s in the place of tags", (tags) => {
    expect(() => checkedTags(tags)).toThrow("ERR_TAG: Expected an object of tags");
  });
});

function caught(fn: () => unknown): SpendspanError {
  try {
    fn();
  } catch (error) {
    if (error instanceof SpendspanError) return error;
  }
  throw new Error("expected a SpendspanError");
}
