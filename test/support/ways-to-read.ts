/** Every way to read a body that an app might choose, each giving all of it as text. */
import { Readable } from "node:stream";

import { expect } from "vitest";

const collect = async (chunks: AsyncIterable<Uint8Array>) =>
  Buffer.concat(await Array.fromAsync(chunks)).toString();

export async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for (let part = await reader.read(); !part.done; part = await reader.read())
    chunks.push(part.value);
  return Buffer.concat(chunks).toString();
}

async function readByob(body: ReadableStream<Uint8Array>): Promise<string> {
  const reader = body.getReader({ mode: "byob" });
  const chunks: Buffer[] = [];
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(17));
    if (done) return Buffer.concat(chunks).toString();
    chunks.push(Buffer.from(value));
  }
}

export const WAYS: Record<string, (response: Response) => Promise<string>> = {
  "json()": async (response) => JSON.stringify(await response.json()),
  "text()": (response) => response.text(),
  "arrayBuffer()": async (response) => Buffer.from(await response.arrayBuffer()).toString(),
  "bytes()": async (response) => Buffer.from(await response.bytes()).toString(),
  "blob()": async (response) => (await response.blob()).text(),
  "clone().text()": (response) => response.clone().text(),
  "clone() and both": async (response) => {
    const copy = response.clone();
    const [one, two] = await Promise.all([response.text(), copy.text()]);
    expect(two).toBe(one);
    return one;
  },
  "body.getReader()": (response) => readAll(response.body!.getReader()),
  "body.getReader({ mode: byob })": (response) => readByob(response.body!),
  "for await of body": (response) => collect(response.body!),
  "body.values()": (response) => collect(response.body!.values()),
  "body.pipeThrough()": async (response) => {
    const decoded = response.body!.pipeThrough(new TextDecoderStream());
    return (await Array.fromAsync(decoded)).join("");
  },
  "body.pipeTo()": async (response) => {
    const chunks: Uint8Array[] = [];
    await response.body!.pipeTo(new WritableStream({ write: (chunk) => void chunks.push(chunk) }));
    return Buffer.concat(chunks).toString();
  },
  "body.tee()": async (response) => {
    const [one, two] = response.body!.tee();
    const texts = await Promise.all([collect(one), collect(two)]);
    expect(texts[0]).toBe(texts[1]);
    return texts[0];
  },
  "new Response(body)": (response) => new Response(response.body).text(),
  "Readable.fromWeb(body)": (response) => collect(Readable.fromWeb(response.body! as never)),
  "text() after touching body": (response) => {
    expect(response.body).toBeInstanceOf(ReadableStream);
    return response.text();
  },
  "a reader that lets go and another that goes on": async (response) => {
    const first = response.body!.getReader();
    const { value } = await first.read();
    first.releaseLock();
    return Buffer.from(value!).toString() + (await readAll(response.body!.getReader()));
  },
  "clone() after touching body": (response) => {
    expect(response.body).not.toBeNull();
    return response.clone().text();
  },
};
