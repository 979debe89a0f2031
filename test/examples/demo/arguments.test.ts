import { expect, test } from "vitest";

import { ArgumentError, parseArguments } from "../../../examples/demo/arguments.ts";

const KEY = { GEMINI_API_KEY: "key" };

test.each([
  ["", { once: false, liveApiKey: undefined, calls: Infinity }],
  ["--once", { once: true, liveApiKey: undefined, calls: 200 }],
  ["--once --calls 7", { once: true, liveApiKey: undefined, calls: 7 }],
  ["--live", { once: false, liveApiKey: "key", calls: 20 }],
  ["--live --once --calls=100", { once: true, liveApiKey: "key", calls: 100 }],
])("%j is taken", (line, expected) => {
  expect(parseArguments(wordsOf(line), KEY)).toEqual({ help: false, ...expected });
});

test.each([
  ["--frob", "--frob"],
  ["again", "again"],
  ["--once=yes", "--once"],
  ["--calls 7", "--once or --live"],
  ["--once --calls", "--calls"],
  ["--once --calls 0", "from 1 to 100000"],
  ["--once --calls 1e3", '"1e3"'],
  ["--live --calls 101", "from 1 to 100"],
])("%j is refused, and the message says why", (line, why) => {
  expect(() => parseArguments(wordsOf(line), KEY)).toThrow(ArgumentError);
  expect(() => parseArguments(wordsOf(line), KEY)).toThrow(why);
});

test.each([{}, { GEMINI_API_KEY: " " }])("--live without a key is refused: %j", (environment) => {
  expect(() => parseArguments(["--live"], environment)).toThrow("GEMINI_API_KEY");
});

test("help is given whatever else there is", () => {
  expect(parseArguments(["--live", "-h"], {})).toMatchObject({ help: true });
});

function wordsOf(line: string): readonly string[] {
  return line.split(" ").filter((word) => word !== "");
}
