import { expect, test } from "vitest";

import { contents, eventsOf, generate, post, simulated, stream } from "./client.ts";

/** Reads what comes and swallows how it ends. */
async function readable(
  response: Response,
): Promise<{ text: string; error: unknown; reads: number }> {
  const decoder = new TextDecoder();
  let text = "";
  let reads = 0;
  try {
    for await (const bytes of response.body ?? []) {
      text += decoder.decode(bytes, { stream: true });
      reads += 1;
    }
    return { text, error: undefined, reads };
  } catch (error) {
    return { text, error, reads };
  }
}

test("crlf ends lines as Google's own servers do", async () => {
  const simulator = await simulated();
  const text = await (await stream(simulator, "gemini-2.5-flash-sim-crlf")).text();
  expect(text.match(/\r\n\r\n/g)).toHaveLength(4);
  expect(text.replaceAll("\r\n", "")).not.toContain("\n");
});

test("bytewise sends the same bytes, one at a time", async () => {
  const simulator = await simulated();
  const plain = await (await stream(simulator, "gemini-2.5-flash")).text();
  simulator.reset();
  const { text, reads } = await readable(await stream(simulator, "gemini-2.5-flash-sim-bytewise"));
  expect(text).toBe(plain);
  // A busy reader may find two bytes waiting.
  expect(reads).toBeGreaterThan(Buffer.byteLength(plain) / 2);
});

test("bytewise7 breaks in the middle of letters", async () => {
  const simulator = await simulated({ chunks: 1 });
  const response = await stream(simulator, "gemini-2.5-flash-sim-bytewise7");
  const starts: (number | undefined)[] = [];
  for await (const bytes of response.body ?? []) starts.push(bytes[0]);
  // The second and later bytes of a letter in UTF-8 are 10xxxxxx.
  expect(starts.some((byte) => byte !== undefined && byte >> 6 === 0b10)).toBe(true);
});

test("cut breaks off between events, after half of them", async () => {
  const simulator = await simulated();
  const { text, error } = await readable(await stream(simulator, "gemini-2.5-flash-sim-cut"));
  expect(error).toBeInstanceOf(TypeError);
  expect(text.match(/\n\n/g)).toHaveLength(2);
  expect(text.endsWith("\n\n")).toBe(true);
});

test("cutmid breaks off inside the event after the first half", async () => {
  const simulator = await simulated();
  const { text, error } = await readable(await stream(simulator, "gemini-2.5-flash-sim-cutmid"));
  expect(error).toBeInstanceOf(TypeError);
  expect(text.match(/\n\n/g)).toHaveLength(2);
  expect(text.endsWith("\n\n")).toBe(false);
});

test("a broken connection is charged in full: the model doesn't know of it", async () => {
  const simulator = await simulated();
  const usage =
    '[[usage:{"promptTokenCount":1000,"candidatesTokenCount":400,"totalTokenCount":1400}]]';
  await readable(await stream(simulator, "gemini-2.5-flash-sim-cut", usage));
  await readable(await stream(simulator, "gemini-2.5-flash-sim-cutmid", usage));
  await readable(await generate(simulator, "gemini-2.5-flash-sim-cutbody", usage));
  // 1 000 × $0.30/M + 400 × $2.50/M = $0.0003 + $0.001
  for (const call of simulator.calls) {
    expect(call).toMatchObject({ httpStatus: 200, costUsd: "0.0013", aborted: false });
  }
  expect(simulator.totalCostUsd()).toBe("0.0039");
});

test("an error in the stream is where the model stopped, and what it is charged for", async () => {
  const simulator = await simulated();
  const usage =
    '[[usage:{"promptTokenCount":1000,"candidatesTokenCount":400,"totalTokenCount":1400}]]';
  const events = await eventsOf(stream(simulator, "gemini-2.5-flash-sim-sseerr", usage));
  expect(events).toHaveLength(3);
  expect(events[1]?.["usageMetadata"].candidatesTokenCount).toBe(200);
  expect(events[2]).toMatchObject({ error: { code: 503, status: "UNAVAILABLE" } });
  // 1 000 × $0.30/M + 200 × $2.50/M = $0.0003 + $0.0005
  expect(simulator.calls[0]).toMatchObject({ httpStatus: 200, costUsd: "0.0008" });
});

test("cutbody breaks off halfway through the JSON", async () => {
  const simulator = await simulated();
  const { text, error } = await readable(await generate(simulator, "gemini-2.5-flash-sim-cutbody"));
  expect(error).toBeInstanceOf(TypeError);
  expect(text).toMatch(/^\{/);
});

test("badjson is whole as HTTP and broken as JSON", async () => {
  const simulator = await simulated();
  const response = await generate(simulator, "gemini-2.5-flash-sim-badjson");
  await expect(response.json()).rejects.toThrow(SyntaxError);
  await expect(eventsOf(stream(simulator, "gemini-2.5-flash-sim-badjson"))).rejects.toThrow(
    SyntaxError,
  );
  expect(simulator.calls.map(({ httpStatus, billed }) => [httpStatus, billed])).toEqual([
    [200, true],
    [200, true],
  ]);
});

test("a stream of one chunk is cut before it, and is on record", async () => {
  const simulator = await simulated({ chunks: 1 });
  const { text, error } = await readable(await stream(simulator, "gemini-2.5-flash-sim-cut"));
  expect(error).toBeInstanceOf(TypeError);
  expect(text).toBe("");
  expect(simulator.calls[0]).toMatchObject({ httpStatus: 200, billed: true, behaviour: "cut" });
});

test("an array stream can be cut as well", async () => {
  const simulator = await simulated();
  const path = "/v1beta/models/gemini-2.5-flash-sim-cut:streamGenerateContent";
  const { text, error } = await readable(await post(simulator, path, contents("hello")));
  expect(error).toBeInstanceOf(TypeError);
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
  expect(JSON.parse(`${text}]`)).toHaveLength(2);
});
