/** An answer on its way: bytes, the pauses between them, and how they end. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setImmediate, setTimeout } from "node:timers/promises";

export interface Transmission {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Written one after the other, with a pause between. */
  readonly pieces: readonly Buffer[];
  /** Longest write, in bytes: a piece that is longer leaves in several. */
  readonly writeBytes: number;
  readonly ending: "complete" | "cut";
}

/** How a transmission is timed and watched. */
export interface Watch {
  /** Aborted when the client leaves. */
  readonly left: AbortSignal;
  readonly pauseMs: () => number;
  /** Called when only the last write is left, so that a client which has it all finds the call recorded. */
  readonly beforeLastWrite: () => void;
}

/** @throws AbortError when the client leaves. */
export async function transmit(
  response: ServerResponse,
  transmission: Transmission,
  watch: Watch,
): Promise<void> {
  const { status, headers, pieces, writeBytes, ending } = transmission;
  response.writeHead(status, headers);
  response.flushHeaders();
  const writes = pieces.map((piece) => splitEvery(piece, writeBytes));
  // Nothing to write when an answer of one chunk is cut before it.
  if (writes.length === 0) watch.beforeLastWrite();
  for (const [index, slices] of writes.entries()) {
    if (index > 0) await pause(watch.pauseMs(), watch.left);
    for (const [position, bytes] of slices.entries()) {
      // A turn of the event loop in between, or the client would read all writes as one.
      await setImmediate();
      watch.left.throwIfAborted();
      const isLast = index === writes.length - 1 && position === slices.length - 1;
      if (isLast) watch.beforeLastWrite();
      if (!response.write(bytes)) await once(response, "drain", { signal: watch.left });
    }
  }
  if (ending === "complete") response.end();
  // Not destroy(): that would take along what has not left yet.
  else response.socket?.destroySoon();
}

/** @throws AbortError when `left` is aborted meanwhile. */
export async function pause(ms: number, left: AbortSignal): Promise<void> {
  if (ms > 0) await setTimeout(ms, undefined, { signal: left });
}

/** @throws AbortError when `left` is aborted; ends in no other way. */
export async function never(left: AbortSignal): Promise<never> {
  left.throwIfAborted();
  await once(left, "abort");
  throw left.reason;
}

function splitEvery(bytes: Buffer, size: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}
