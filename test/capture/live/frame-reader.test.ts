import { once } from "node:events";
import { PassThrough } from "node:stream";

import fc from "fast-check";
import { expect, test } from "vitest";

import { FrameReader } from "../../../src/capture/live/frame-reader.ts";

const OP = { more: 0x00, text: 0x01, binary: 0x02, close: 0x08, ping: 0x09 } as const;
const MASK = Buffer.from([0x12, 0x34, 0x56, 0x78]);

/** A frame as RFC 6455 has it: `fin` and opcode, a length of 7, 16 or 64 bits, the mask, the payload. */
function frame(op: number, payload: Buffer, { masked = false, fin = true } = {}): Buffer {
  const { length } = payload;
  const size = length < 126 ? length : length < 65_536 ? 126 : 127;
  const head = Buffer.alloc(size === 126 ? 4 : size === 127 ? 10 : 2);
  head[0] = (fin ? 0x80 : 0) | op;
  head[1] = (masked ? 0x80 : 0) | size;
  if (size === 126) head.writeUInt16BE(length, 2);
  if (size === 127) head.writeBigUInt64BE(BigInt(length), 2);
  if (!masked) return Buffer.concat([head, payload]);
  return Buffer.concat([head, MASK, payload.map((byte, at) => byte ^ MASK[at % 4]!)] as Buffer[]);
}

interface Read {
  readonly texts: string[];
  readonly closings: [number, string][];
  readonly faults: unknown[];
}

/** Reads `pieces` to their end. */
async function read(from: "client" | "server", pieces: readonly Uint8Array[]): Promise<Read> {
  const result: Read = { texts: [], closings: [], faults: [] };
  const done = new PassThrough().resume();
  const reader = new FrameReader(
    { from, extensions: undefined },
    {
      message: (text) => result.texts.push(text),
      closing: (...closing) => result.closings.push(closing),
      fault: (error) => {
        result.faults.push(error);
        done.end();
      },
    },
  );
  for (const piece of pieces) reader.push(piece);
  reader.end(() => done.end());
  await once(done, "end");
  return result;
}

function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const at = [0, ...places.map((place) => place % bytes.length).toSorted((a, b) => a - b)];
  return at.map((start, index) => bytes.subarray(start, at[index + 1] ?? bytes.length));
}

test.each(["client", "server"] as const)(
  "what a %s says is read, however its bytes are cut",
  async (from) => {
    const masked = from === "client";
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 300, unit: "grapheme" }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        async (texts, places) => {
          const bytes = texts.map((text) => frame(OP.text, Buffer.from(text), { masked }));
          const result = await read(from, cut(Buffer.concat(bytes), places));
          expect(result).toEqual({ texts, closings: [], faults: [] });
        },
      ),
      { numRuns: 50 },
    );
  },
);

test("a message in fragments is one, and pings between them are none", async () => {
  const { texts } = await read("server", [
    frame(OP.binary, Buffer.from("one "), { fin: false }),
    frame(OP.ping, Buffer.from("?")),
    frame(OP.more, Buffer.from("message")),
    frame(OP.text, Buffer.alloc(70_000, "a")),
  ]);
  expect(texts).toEqual(["one message", "a".repeat(70_000)]);
});

test("the bytes that are read stay as they are, though they are masked", async () => {
  const bytes = frame(OP.text, Buffer.from("hello"), { masked: true });
  const before = Buffer.from(bytes);
  expect(await read("client", [bytes])).toMatchObject({ texts: ["hello"] });
  expect(bytes).toEqual(before);
});

test("a closing frame tells its code and reason", async () => {
  const payload = Buffer.concat([Buffer.from([0x03, 0xf3]), Buffer.from("failed")]); // 1011
  expect(await read("server", [frame(OP.close, payload)])).toMatchObject({
    closings: [[1011, "failed"]],
  });
});

test.each([
  ["bytes that are no frame", Buffer.alloc(16, 0xff)],
  ["a message longer than 16 MB", frame(OP.text, Buffer.alloc(16 * 1024 * 1024 + 1))],
])("%s are a fault, told once", async (_, bytes) => {
  expect((await read("server", [bytes, bytes])).faults).toHaveLength(1);
});
