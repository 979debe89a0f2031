import { expect, test } from "vitest";

import { type Output, Screen } from "../../../examples/demo/screen.ts";

class KeptOutput implements Output {
  readonly isTTY: boolean;
  readonly columns = 20;
  readonly rows = 4;
  text = "";

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
  }

  /** What was written since it was last asked. */
  taken(): string {
    const { text } = this;
    this.text = "";
    return text;
  }
}

const plain = (line: string): string => line;
const UP_2_AND_CLEAR = "\r\u001b[2A\u001b[0J";

test("a block takes the place of the one before", () => {
  const output = new KeptOutput(true);
  const screen = new Screen(output);
  screen.draw(["a", "b"], plain);
  expect(output.taken()).toBe("\u001b[?25la\nb\n");
  screen.draw(["c"], plain);
  expect(output.taken()).toBe(`${UP_2_AND_CLEAR}c\n`);
});

test("what is said goes above the block", () => {
  const output = new KeptOutput(true);
  const screen = new Screen(output);
  screen.draw(["a", "b"], plain);
  output.taken();
  screen.say("news");
  expect(output.taken()).toBe(`${UP_2_AND_CLEAR}news\na\nb\n`);
  screen.draw(["c"], plain);
  expect(output.taken()).toBe(`${UP_2_AND_CLEAR}c\n`);
});

test("a block never scrolls or wraps, whatever its colours", () => {
  const output = new KeptOutput(true);
  const screen = new Screen(output);
  const long = "x".repeat(30);
  screen.draw([long, "b", "c", "d", "e"], (line) => `\u001b[1m${line}\u001b[22m`);
  // 4 rows: three lines, and one for the cursor.
  expect(output.taken().split("\n")).toEqual([
    `\u001b[?25l\u001b[1m${"x".repeat(20)}\u001b[22m`,
    "\u001b[1mb\u001b[22m",
    "\u001b[1mc\u001b[22m",
    "",
  ]);
});

test("closing leaves the block and gives the cursor back, once", () => {
  const output = new KeptOutput(true);
  const screen = new Screen(output);
  screen.draw(["a"], plain);
  output.taken();
  screen.close();
  screen.close();
  screen.say("after");
  expect(output.taken()).toBe("\u001b[?25hafter\n");
});

test("where there is no terminal, blocks follow each other, without colours and whole", () => {
  const output = new KeptOutput(false);
  const screen = new Screen(output);
  const lines = ["x".repeat(30), "b", "c", "d", "e"];
  screen.draw(lines, (line) => `\u001b[1m${line}`);
  screen.say("news");
  screen.draw(["f"], plain);
  screen.close();
  expect(output.taken()).toBe(`\n${lines.join("\n")}\nnews\n\nf\n`);
});
