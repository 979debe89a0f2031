import { describe, expect, test } from "vitest";

import { ConfigError, errorCodeOf, messageOf, SpendspanError } from "../../src/base/errors.ts";

describe("SpendspanError", () => {
  test("has a code to match on, in its message too, and keeps its cause", () => {
    const cause = new Error("no route to host");
    const error = new SpendspanError("ERR_DATABASE", "Postgres is away", { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "SpendspanError", code: "ERR_DATABASE", cause });
    expect(error.message).toBe("ERR_DATABASE: Postgres is away");
  });

  test("of a configuration holds every fault, and says them all", () => {
    const error = new ConfigError(["`port` is wrong", "`token` is short"]);
    expect(error).toBeInstanceOf(SpendspanError);
    expect(error).toMatchObject({ name: "ConfigError", code: "ERR_CONFIG" });
    expect(error.faults).toEqual(["`port` is wrong", "`token` is short"]);
    expect(error.message).toBe("ERR_CONFIG: `port` is wrong; `token` is short");
  });
});

describe("messageOf", () => {
  test.each([
    ["an error", new TypeError("fetch failed"), "fetch failed"],
    ["a text", "out of reach", "out of reach"],
    ["nothing", undefined, "undefined"],
    ["an object", { toString: (): string => "42" }, "42"],
  ])("is what %s says", (_, thrown, message) => {
    expect(messageOf(thrown)).toBe(message);
  });

  test("is what each address said, of a host with several that all refused", () => {
    const refused = new AggregateError([
      new Error("connect ECONNREFUSED ::1:5432"),
      new Error("connect ECONNREFUSED 127.0.0.1:5432"),
    ]);
    expect(messageOf(refused)).toBe(
      "connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432",
    );
  });

  test("is an aggregate's own message where it has one", () => {
    expect(messageOf(new AggregateError([new Error("one")], "All of them failed"))).toBe(
      "All of them failed",
    );
  });
});

describe("errorCodeOf", () => {
  test.each([
    ["a code", Object.assign(new Error("refused"), { code: "ECONNREFUSED" }), "ECONNREFUSED"],
    ["a SQLSTATE on a plain object", { code: "23505" }, "23505"],
    ["a number for a code, as DOMException has", { code: 20 }, undefined],
    ["no code", new Error("plain"), undefined],
    ["no object at all", "ECONNREFUSED", undefined],
    ["null", null, undefined],
  ])("with %s", (_, thrown, code) => {
    expect(errorCodeOf(thrown)).toBe(code);
  });
});
