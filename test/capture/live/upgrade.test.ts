/** What comes of upgrades when server and client are as simple, or as odd, as HTTP allows. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, get, type ClientRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

import { WebSocket as WsWebSocket } from "ws";
import { expect, onTestFinished, test } from "vitest";

import { observeUpgrades } from "../../../src/capture/live/upgrade.ts";
import { metering, type Metering } from "../../support/metering.ts";

const PATH = "/ws/google.ai.generativelanguage.v1.GenerativeService.BidiGenerateContent";
const SNAPSHOT = JSON.stringify({ usageMetadata: { promptTokenCount: 7 } });
const UPGRADE = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Key": "x" };
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A text of less than 126 bytes in one frame. */
function frameOf(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]);
}

function acceptanceOf({ headers }: IncomingMessage): string {
  const accept = createHash("sha1").update(`${headers["sec-websocket-key"]}${GUID}`);
  return (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    `Sec-WebSocket-Accept: ${accept.digest("base64")}\r\n\r\n`
  );
}

/** A server that answers each upgrade by `onUpgrade`, and a meter for what is sent there. */
async function meteredServer(
  onUpgrade: (request: IncomingMessage, socket: Duplex) => void,
): Promise<Metering & { readonly url: string; readonly stop: () => void }> {
  const server = createServer().on("upgrade", onUpgrade).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const parts = metering(url);
  const stop = observeUpgrades(() => parts.meter.live);
  onTestFinished(stop);
  return { ...parts, url, stop };
}

test("what comes in one piece with the answer to the handshake is heard once, here and there", async () => {
  const { url, records, faults } = await meteredServer((request, socket) => {
    const frames = [frameOf(SNAPSHOT), frameOf(SNAPSHOT)];
    socket.write(Buffer.concat([Buffer.from(acceptanceOf(request)), ...frames]));
  });
  const client = new WsWebSocket(url.replace("http", "ws") + PATH);
  const heard: string[] = [];
  client.on("message", (data: Buffer) => heard.push(data.toString()));
  await records.next();
  await records.next();
  client.terminate();
  await once(client, "close");
  expect(heard).toEqual([SNAPSHOT, SNAPSHOT]);
  expect(records.all.map(({ tokens }) => tokens?.input)).toEqual([7, 7]);
  expect(faults).toEqual([]);
});

test("a client that pauses and reads by itself gets every byte, in order", async () => {
  const frames = Array.from({ length: 20 }, (_, at) => frameOf(`${SNAPSHOT} ${at}`.slice(0, 60)));
  const { url } = await meteredServer((request, socket) => {
    socket.write(acceptanceOf(request));
    for (const bytes of frames) socket.write(bytes);
    socket.end();
  });
  const request = upgradeRequest(url + PATH);
  const [, socket, head] = (await once(request, "upgrade")) as [unknown, Duplex, Buffer];
  socket.unshift(head);
  socket.pause();
  const read: Buffer[] = [];
  for await (const chunk of socket) read.push(chunk as Buffer);
  expect(Buffer.concat(read)).toEqual(Buffer.concat(frames));
});

test("an upgrade that the app does not wait for is cut by Node, as without us", async () => {
  const { url, records } = await meteredServer((request, socket) => {
    socket.write(acceptanceOf(request));
  });
  const request = upgradeRequest(url + PATH);
  request.on("error", () => undefined);
  await once(request, "close");
  expect(request.socket?.destroyed).toBe(true);
  expect(records.all.map(({ priceStatus }) => priceStatus)).not.toContain("unpriced");
});

test("a client that goes through a proxy is known by the URL that it asks the proxy for", async () => {
  const { url, records } = await meteredServer((request, socket) => {
    socket.write(acceptanceOf(request));
    socket.end(frameOf(SNAPSHOT));
  });
  const request = get(url, { path: `${url}${PATH}`, headers: { ...UPGRADE, Host: "a proxy" } });
  const [, socket] = (await once(request, "upgrade")) as [unknown, Duplex];
  socket.resume();
  expect(await records.next()).toMatchObject({ tokens: { input: 7 } });
});

test("a server that leaves in the middle of a turn has failed, as far as can be told", async () => {
  const { url, records } = await meteredServer((request, socket) => {
    socket.write(acceptanceOf(request));
    socket.end(frameOf('{"serverContent":{"modelTurn":{}}}'));
  });
  const client = new WsWebSocket(url.replace("http", "ws") + PATH);
  await once(client, "close");
  expect(await records.next()).toMatchObject({
    status: "error",
    errorType: "1006",
    priceStatus: "unpriced",
  });
});

test("bytes that are no WebSocket's end the metering, and nothing else", async () => {
  const { url, records, faults } = await meteredServer((request, socket) => {
    socket.write(acceptanceOf(request));
    socket.end(Buffer.alloc(64, 0xff));
  });
  const request = upgradeRequest(url + PATH);
  const [, socket] = (await once(request, "upgrade")) as [unknown, Duplex];
  socket.resume();
  await once(socket, "close");
  expect(records.all).toEqual([]);
  expect(faults).toHaveLength(1);
});

test("when metering is over, sockets have their own methods again, and new ones are not seen", async () => {
  const { url, meter, stop } = await meteredServer((request, socket) => {
    socket.write(acceptanceOf(request));
    socket.on("data", () => socket.end(frameOf(SNAPSHOT)));
  });
  const request = upgradeRequest(url + PATH);
  const [, socket] = (await once(request, "upgrade")) as [unknown, Duplex];
  expect(Object.hasOwn(socket, "push")).toBe(true);
  await meter.conclude();
  stop();
  socket.resume().write("x");
  expect(Object.hasOwn(socket, "write")).toBe(false);
  await once(socket, "close");
  expect(Object.hasOwn(socket, "push")).toBe(false);
  const unseen = upgradeRequest(url + PATH);
  const [, other] = (await once(unseen, "upgrade")) as [unknown, Duplex];
  expect(Object.hasOwn(other, "push")).toBe(false);
  other.destroy();
});

function upgradeRequest(url: string): ClientRequest {
  return get(url, { headers: UPGRADE });
}
