import { expect, test } from "vitest";

import { type Account, compare, report } from "../../../examples/demo/agreement.ts";

function anAccount(
  name: string,
  groups: Account["groups"] extends ReadonlyMap<string, infer F> ? Record<string, F> : never,
): Account {
  return { name, groups: new Map(Object.entries(groups)) };
}

const LEDGER = anAccount("ledger", { acme: { requests: "2", USD: "0.0375" } });

/** The exit code, and the lines that are not well. */
function verdictOn(...accounts: readonly Account[]) {
  const lines: string[] = [];
  const exitCode = report([compare(accounts)], (line) => lines.push(line));
  return { exitCode, faults: lines.filter((line) => line.includes("✗")) };
}

test("accounts that say the same agree, and the run passes", () => {
  const metrics = anAccount("metrics", { acme: { requests: "2", USD: "0.0375" } });
  expect(verdictOn(LEDGER, metrics)).toEqual({ exitCode: 0, faults: [] });
});

test("a picodollar of difference fails the run, and both amounts are said", () => {
  const metrics = anAccount("metrics", { acme: { requests: "2", USD: "0.037500000001" } });
  expect(verdictOn(LEDGER, metrics)).toEqual({
    exitCode: 1,
    faults: ["  ✗ acme: of USD, ledger says 0.0375, metrics says 0.037500000001"],
  });
});

test("one of four that differs fails the run", () => {
  const others = ["a", "b"].map((name) => ({ ...LEDGER, name }));
  const lost = anAccount("c", { acme: { requests: "1", USD: "0.0375" } });
  expect(verdictOn(LEDGER, ...others, lost).exitCode).toBe(1);
});

test("a group that one account misses fails the run, whichever misses it", () => {
  const more = anAccount("more", {
    acme: { requests: "2", USD: "0.0375" },
    brisk: { requests: "1" },
  });
  expect(verdictOn(LEDGER, more).faults).toEqual([
    "  ✗ brisk: of requests, ledger says nothing, more says 1",
  ]);
  expect(verdictOn(more, LEDGER).exitCode).toBe(1);
});

test("a fact that one account misses fails the run", () => {
  const silent = anAccount("silent", { acme: { requests: "2" } });
  expect(verdictOn(LEDGER, silent).exitCode).toBe(1);
});

test("accounts that say nothing at all do not pass as agreeing", () => {
  expect(verdictOn(anAccount("a", {}), anAccount("b", {})).exitCode).toBe(1);
});
