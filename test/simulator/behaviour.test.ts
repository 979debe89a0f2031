import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { BEHAVIOURS, modelled } from "./behaviour.ts";

test("an ordinary model is itself", () => {
  expect(modelled("gemini-3.1-pro-preview")).toMatchObject({
    baseModel: "gemini-3.1-pro-preview",
    behaviour: { name: "ok", answer: "ok", delivery: "plain", failure: undefined },
  });
});

test("what an answer says and how it travels combine", () => {
  expect(modelled("gemini-2.5-flash-sim-full-bytewise3")).toEqual({
    baseModel: "gemini-2.5-flash",
    behaviour: {
      name: "full-bytewise3",
      answer: "full",
      delivery: "bytewise",
      answerAmount: undefined,
      deliveryAmount: 3,
      failure: undefined,
    },
  });
});

test("each sort has a number of its own", () => {
  expect(modelled("gemini-2.5-flash-sim-huge16-bytewise3")?.behaviour).toMatchObject({
    answerAmount: 16,
    deliveryAmount: 3,
  });
});

test.each(["err429", "503once", "html502", "hang"])("%s is a failure", (failure) => {
  expect(modelled(`gemini-2.5-flash-sim-${failure}`)?.behaviour).toMatchObject({ failure });
});

test.each(["cutt", "full-", "err418", "FULL", "", "cached-thinking", "cut-crlf", "hang-reset"])(
  "-sim-%s is refused",
  (name) => {
    expect(modelled(`gemini-2.5-flash-sim-${name}`)).toBeUndefined();
  },
);

test("the README tells all behaviours", () => {
  const readme = readFileSync(new URL("README.md", import.meta.url), "utf8");
  const tables = readme.slice(readme.indexOf("## Behaviours"), readme.indexOf("## Directives"));
  const rows = tables.split("\n").filter((line) => line.startsWith("| `"));
  const names = rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)]);
  const told = names.map(([, name]) => name);
  // "plain" is the absence of any other delivery.
  expect(new Set([...told, "plain"])).toEqual(new Set(BEHAVIOURS));
});
