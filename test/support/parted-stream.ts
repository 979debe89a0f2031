/** A streamed answer whose parts are sent when a test says so, and a meter that watches it. */
import type { ServerResponse } from "node:http";

import type { MeterOptions } from "../../src/capture/meter.ts";
import { serve } from "./http-server.ts";
import { type Metering, metering } from "./metering.ts";

const usage = (prompt: number) => ({
  promptTokenCount: prompt,
  candidatesTokenCount: 0,
  totalTokenCount: prompt,
});
const event = (n: number, finishReason?: string) =>
  `data: ${JSON.stringify({ candidates: [{ finishReason }], modelVersion: "gemini-2.5-flash", usageMetadata: usage(n) })}\n\n`;
export const PARTS: readonly string[] = [event(1), event(2), event(3, "STOP")];
/** 3 × $0.30/M = $0.0000009 */
export const COST = 900_000n;
/** After one part it is 1 × $0.30/M. */
export const COST_OF_ONE = 300_000n;

export interface Stream extends Metering, AsyncDisposable {
  readonly url: string;
  open(init?: RequestInit): Promise<Response>;
  /** Sends the next parts; all that are left, and the end, when none are named. */
  send(parts?: readonly string[]): void;
  /** Resolves when the client closed the connection before the end. */
  readonly clientLeft: Promise<void>;
}

export async function stream(options: Partial<MeterOptions> = {}): Promise<Stream> {
  let reply: ServerResponse | undefined;
  const left = Promise.withResolvers<void>();
  const server = await serve((_request, response) => {
    reply = response;
    response.on("close", () => !response.writableEnded && left.resolve());
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(PARTS[0]);
  });
  const meter = metering(server.url, options);
  const url = `${server.url}/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse`;
  return {
    ...meter,
    url,
    open: (init) => meter.fetch(url, { method: "POST", ...init }),
    send: (parts) =>
      parts === undefined ? reply!.end(PARTS.slice(1).join("")) : void reply!.write(parts.join("")),
    clientLeft: left.promise,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
