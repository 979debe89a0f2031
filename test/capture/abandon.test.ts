/** Bodies that the app doesn't read to their end: each is one record, with the final usage where it can be learnt. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { expect, test } from "vitest";

import { serve } from "../support/http-server.ts";
import { metering } from "../support/metering.ts";
import { COST, COST_OF_ONE, PARTS, type Stream, stream } from "../support/parted-stream.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

const FOLLOWED = {
  status: "cancelled",
  errorType: "abandoned",
  usageStatus: "final",
  cost: COST,
  priceStatus: "priced",
};
const BROKEN_OFF = {
  status: "cancelled",
  usageStatus: "partial",
  cost: COST_OF_ONE,
  priceStatus: "partial",
};

async function expectOneRecord(it: Stream, expected: object): Promise<void> {
  expect(await it.records.next()).toMatchObject(expected);
  await it.meter.conclude();
  expect(it.records.all).toHaveLength(1);
  expect(it.faults).toEqual([]);
}

test("a consumer that has the last word has not left, though it doesn't wait for the end", async () => {
  await using it = await stream();
  const response = await it.open();
  it.send();
  let text = "";
  for await (const chunk of response.body!) {
    text += Buffer.from(chunk).toString();
    if (text.includes("STOP")) break;
  }
  await expectOneRecord(it, { status: "success", errorType: undefined, cost: COST });
});

test("a consumer that breaks out of the body is followed to the final usage", async () => {
  await using it = await stream();
  const response = await it.open();
  for await (const _chunk of response.body!) break;
  it.send();
  await expectOneRecord(it, FOLLOWED);
});

test("a consumer that throws is followed to the final usage, and its error is its own", async () => {
  await using it = await stream();
  const response = await it.open();
  const consume = async () => {
    for await (const _chunk of response.body!) throw new Error("consumer");
  };
  await expect(consume()).rejects.toThrow("consumer");
  it.send();
  await expectOneRecord(it, FOLLOWED);
});

test("reader.cancel() closes the body for the app while the usage is followed", async () => {
  await using it = await stream();
  const reader = (await it.open()).body!.getReader();
  await reader.read();
  const pending = reader.read();
  expect(await reader.cancel("enough")).toBeUndefined();
  it.send();
  expect(await pending).toEqual({ done: true, value: undefined });
  expect(await reader.read()).toEqual({ done: true, value: undefined });
  reader.releaseLock();
  await expectOneRecord(it, FOLLOWED);
});

test("body.cancel() without a reader is followed, and the body is closed and unlocked", async () => {
  await using it = await stream();
  const { body } = await it.open();
  await body!.cancel();
  expect(body!.locked).toBe(false);
  expect(await body!.getReader().read()).toEqual({ done: true, value: undefined });
  it.send();
  // Nothing was read when the app left, so it is the answer as it came.
  await expectOneRecord(it, { status: "success", usageStatus: "final", cost: COST });
});

test("a reader that lets go, as @google/genai's does on break, is followed after a grace", async () => {
  await using it = await stream();
  const reader = (await it.open()).body!.getReader();
  await reader.read();
  reader.releaseLock();
  it.send();
  await expectOneRecord(it, FOLLOWED);
});

test("an app that comes back after the grace finds every byte that it has not read", async () => {
  await using it = await stream();
  const { body } = await it.open();
  const first = body!.getReader();
  const { value } = await first.read();
  first.releaseLock();
  it.send();
  await it.records.next(); // the rest has been read ahead by now
  expect(body!.locked).toBe(false);
  const rest = await Array.fromAsync(body!);
  expect(Buffer.concat([value!, ...rest]).toString()).toBe(PARTS.join(""));
});

test("an app that reads a response after the grace gets it whole, by whatever method", async () => {
  await using it = await stream();
  const response = await it.open();
  it.send();
  await it.records.next();
  expect(response.bodyUsed).toBe(false);
  const copy = response.clone();
  expect(await response.text()).toBe(PARTS.join(""));
  expect(response.bodyUsed).toBe(true);
  expect(await copy.text()).toBe(PARTS.join(""));
  await expect(response.text()).rejects.toThrow(TypeError);
});

test.each<[string, (body: ReadableStream<Uint8Array>) => Promise<unknown>]>([
  ["cancelled", (body) => body.cancel()],
  [
    "begun and left",
    async (body) => {
      const reader = body.getReader();
      await reader.read();
      reader.releaseLock();
    },
  ],
])("a response whose body was %s is used up, also when the rest was read ahead", async (_, use) => {
  await using it = await stream();
  const response = await it.open();
  await use(response.body!);
  const expectUsed = async () => {
    expect(response.bodyUsed).toBe(true);
    expect(() => response.clone()).toThrow(TypeError);
    await expect(response.text()).rejects.toThrow("Body has already been read");
  };
  await expectUsed();
  it.send();
  await it.records.next();
  await expectUsed();
});

test("a response that nobody reads is booked as it came", async () => {
  await using it = await stream();
  await it.open();
  it.send();
  await expectOneRecord(it, { status: "success", usageStatus: "final", cost: COST });
});

test("a signal that aborts in the middle gives the last usage seen, and closes the connection", async () => {
  await using it = await stream();
  const controller = new AbortController();
  const reader = (await it.open({ signal: controller.signal })).body!.getReader();
  await reader.read();
  controller.abort();
  await expect(reader.read()).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
  await it.clientLeft;
  await expectOneRecord(it, BROKEN_OFF);
});

test("a timeout in the middle is a timeout with the last usage seen", async () => {
  await using it = await stream();
  const reader = (await it.open({ signal: AbortSignal.timeout(60) })).body!.getReader();
  await reader.read();
  await expect(reader.read()).rejects.toThrow(expect.objectContaining({ name: "TimeoutError" }));
  await expectOneRecord(it, {
    status: "timeout",
    errorType: "TimeoutError",
    usageStatus: "partial",
    cost: COST_OF_ONE,
  });
});

test("a connection cut in the middle is an error with the last usage seen", async () => {
  const server = await serve((request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(PARTS[0], () => request.socket.destroy());
  });
  await using _ = server;
  const it = metering(server.url);
  const response = await it.fetch(
    `${server.url}/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse`,
    { method: "POST" },
  );
  await expect(response.text()).rejects.toThrow(TypeError);
  expect(await it.records.next()).toMatchObject({ status: "error", errorType: "UND_ERR_SOCKET" });
});

test("following stops at the limit of bytes, closes the connection and books what was seen", async () => {
  await using it = await stream({ readAhead: { maxBytes: 1, maxMs: 10_000 } });
  const reader = (await it.open()).body!.getReader();
  await reader.read();
  await reader.cancel();
  it.send([PARTS[1]!]);
  await it.clientLeft;
  // 2 × $0.30/M
  await expectOneRecord(it, {
    status: "cancelled",
    usageStatus: "partial",
    cost: 600_000n,
    priceStatus: "partial",
  });
});

test("past the limit the rest of a body waits for an app that comes back", async () => {
  await using it = await stream({ readAhead: { maxBytes: 1, maxMs: 10_000 } });
  const response = await it.open();
  expect(await it.records.next()).toMatchObject({ status: "cancelled", usageStatus: "partial" });
  it.send();
  expect(await response.text()).toBe(PARTS.join(""));
});

test("of two clones the one that is read counts, though the other is cancelled", async () => {
  await using it = await stream({ readAhead: { maxBytes: 1, maxMs: 10_000 } });
  const response = await it.open();
  const copy = response.clone();
  void copy.body!.cancel();
  it.send();
  expect(await response.text()).toBe(PARTS.join(""));
  await expectOneRecord(it, { status: "success", usageStatus: "final", cost: COST });
});

test("a process that ends books a stream under way as unknown, with the usage seen so far", async () => {
  await using it = await stream({ unattendedGraceMs: 60_000 });
  const reader = (await it.open()).body!.getReader();
  await reader.read();
  await it.meter.conclude();
  expect(await it.records.next()).toMatchObject({
    status: "unknown",
    errorType: "process_ended",
    usageStatus: "partial",
    cost: COST_OF_ONE,
  });
  expect(it.records.all).toHaveLength(1);
});

test("a body that the app forgot with a reader on it is given up when it is collected", async () => {
  await using it = await stream();
  const forget = async (): Promise<void> => {
    const response = await it.open();
    it.send();
    await response.body!.getReader().read();
  };
  await forget();
  const record = it.records.next();
  let settled = false;
  void record.then(() => (settled = true));
  // Collection has its own time, in turns of the loop; without it the test runs into its time limit.
  while (!settled) {
    collectGarbage();
    await nextTurn();
  }
  expect(await record).toMatchObject({ status: "cancelled", errorType: "abandoned" });
  expect(it.records.all).toHaveLength(1);
});
