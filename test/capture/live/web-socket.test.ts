import { expect, onTestFinished, test } from "vitest";

import { installMeteredWebSocket } from "../../../src/capture/live/web-socket.ts";
import { simulated } from "../../simulator/client.ts";
import { LIVE_MODEL, liveMetering } from "../../support/live.ts";

const PATH = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";
const SETUP = JSON.stringify({ setup: { model: `models/${LIVE_MODEL}` } });
const HELLO = JSON.stringify({ clientContent: { turns: [{ parts: [{ text: "Hello there!" }] }] } });

function installed(): () => void {
  const remove = installMeteredWebSocket(() => undefined);
  onTestFinished(remove);
  return remove;
}

test("the metered class is the native one in all that can be asked of it", () => {
  const native = globalThis.WebSocket;
  installed();
  expect(globalThis.WebSocket).not.toBe(native);
  expect(globalThis.WebSocket.name).toBe("WebSocket");
  expect(globalThis.WebSocket.OPEN).toBe(1);
  expect(globalThis.WebSocket.prototype).toBe(native.prototype);
  expect(() => new WebSocket("no address")).toThrow("Invalid URL");
});

test("what the app puts in its place later stays there", () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, "WebSocket")!;
  const remove = installed();
  class Own extends globalThis.WebSocket {}
  globalThis.WebSocket = Own;
  onTestFinished(() => void Object.defineProperty(globalThis, "WebSocket", before));
  expect(globalThis.WebSocket).toBe(Own);
  remove();
  expect(globalThis.WebSocket).toBe(Own);
});

test.each(["blob", "arraybuffer"] as const)(
  "answers are read where they come as %s",
  async (type) => {
    const simulator = await simulated();
    const { records, faults } = liveMetering(simulator);
    const socket = new WebSocket(simulator.url.replace("http", "ws") + PATH);
    socket.binaryType = type;
    const kinds: unknown[] = [];
    socket.addEventListener("message", ({ data }: MessageEvent) => {
      kinds.push(data instanceof Blob ? "blob" : "arraybuffer");
      // An app may give away what it has read.
      if (data instanceof ArrayBuffer) structuredClone(data, { transfer: [data] });
    });
    socket.addEventListener("open", () => {
      socket.send(new Blob([SETUP]));
      socket.send(Buffer.from(HELLO));
      socket.send(HELLO);
    });
    expect(await records.next()).toMatchObject({ model: LIVE_MODEL, priceStatus: "priced" });
    expect(await records.next()).toMatchObject({ model: LIVE_MODEL, priceStatus: "priced" });
    expect(new Set(kinds)).toEqual(new Set([type]));
    socket.close();
    expect(faults).toEqual([]);
  },
);

test("a class of the app's own that builds on it is metered, and stays that class", async () => {
  const simulator = await simulated();
  const { records } = liveMetering(simulator);
  class Own extends WebSocket {
    hello(): void {
      this.send(SETUP);
      this.send(HELLO);
    }
  }
  const socket = new Own(simulator.url.replace("http", "ws") + PATH);
  expect(socket).toBeInstanceOf(Own);
  socket.addEventListener("open", () => socket.hello());
  expect(await records.next()).toMatchObject({ model: LIVE_MODEL });
  socket.close();
});

test("a handshake that fails is a free row, without a status, which this class doesn't tell", async () => {
  const simulator = await simulated();
  const { records } = liveMetering(simulator);
  new WebSocket(`${simulator.url.replace("http", "ws")}${PATH}?key=invalid`);
  expect(await records.next()).toMatchObject({
    status: "error",
    httpStatusCode: undefined,
    priceStatus: "free",
  });
});
