import fc from "fast-check";
import { expect, test } from "vitest";

import { JsonLinesScanner } from "../../src/capture/json-lines.ts";

const MEMBERS = { sparse: ["usageMetadata"], common: ["modelVersion"] };

function payloadsOf(body: string, chunkBytes = body.length): readonly unknown[] {
  const scanner = new JsonLinesScanner(MEMBERS, (line) => line);
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    scanner.push(bytes.subarray(at, at + chunkBytes));
  }
  return scanner.payloads();
}

test("gives what is kept of each line, also of a last one without its end", () => {
  const scanner = new JsonLinesScanner(MEMBERS, (line) => [line]);
  scanner.push(Buffer.from('{"a":1}\r\n\n{"a":2}\n{"a":3}'));
  expect(scanner.payloads()).toEqual([[{ a: 1 }], [{ a: 2 }], [{ a: 3 }]]);
});

test("can be asked in the middle of a line, and goes on", () => {
  const scanner = new JsonLinesScanner(MEMBERS, (line) => line);
  scanner.push(Buffer.from('{"a":1}\n{"a":'));
  expect(scanner.payloads()).toHaveLength(2);
  scanner.push(Buffer.from("2}\n"));
  expect(scanner.payloads()).toEqual([{ a: 1 }, { a: 2 }]);
});

test("however the bytes are cut, the lines are the same", () => {
  const lines = fc.array(fc.record({ text: fc.string({ unit: "binary" }), count: fc.nat() }));
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: 40 }), (values, chunkBytes) => {
      const body = values.map((value) => `${JSON.stringify(value)}\n`).join("");
      expect(payloadsOf(body, chunkBytes)).toEqual(values);
    }),
  );
});

test("of a line too long to be kept, the members that matter are found near its end", () => {
  const image = "iVBO".repeat(500_000);
  const line = JSON.stringify({ image, usageMetadata: { promptTokenCount: 7 } });
  expect(payloadsOf(`{"a":1}\n${line}\n{"a":3}\n`, 64 * 1024)).toEqual([
    { a: 1 },
    { usageMetadata: { promptTokenCount: 7 } },
    { a: 3 },
  ]);
});

test("of more lines than can be kept it tells none, since some would be taken for all", () => {
  const scanner = new JsonLinesScanner(MEMBERS, () => 1);
  scanner.push(Buffer.from("1\n".repeat(100_000)));
  expect(scanner.payloads()).toHaveLength(100_000);
  scanner.push(Buffer.from("1\n"));
  expect(scanner.payloads()).toEqual([]);
});
