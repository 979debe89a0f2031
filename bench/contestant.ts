/**
 * One variant in a process of its own, as in an app. It makes calls when it is told to, and answers
 * with what they took.
 */
import { setImmediate as nextTurn } from "node:timers/promises";

import { childSetting, offer } from "./child.ts";
import { type Calls, callsOver } from "./calls.ts";
import type { CpuTimes, Memory, Round, Setting, Variant } from "./variant.ts";

export type Contestant = typeof contestant;

const setting = childSetting<Setting>();
const variant = await variantFor(callsOver(setting.transport));
const contestant = { cpuTimes, longestTurnUs, memoryAfter };
offer(contestant);

/** Imported one by one, since a process is to hold nothing of the others. */
async function variantFor(calls: Calls): Promise<Variant> {
  switch (setting.variant) {
    case "bare":
      return (await import("./variants/bare.ts")).bare(calls);
    case "byHand":
      return (await import("./variants/by-hand.ts")).byHand(calls);
    case "spendspan":
      return (await import("./variants/spendspan.ts")).spendspan(calls, setting);
  }
}

async function cpuTimes(round: Round): Promise<CpuTimes> {
  const start = process.cpuUsage();
  await makeCalls(round);
  // Each pays for its own garbage, and not the one that happens to be next.
  globalThis.gc?.({ type: "minor" });
  const callsUs = cpuUsSince(start);
  await variant.settle();
  return { callsUs, settlingUs: cpuUsSince(start) - callsUs };
}

/** The longest time for which the event loop is held by what the calls left to be done. */
async function longestTurnUs(round: Round): Promise<number> {
  await makeCalls(round);
  let isOver = false;
  void variant.settle().then(() => (isOver = true));
  let longestMs = 0;
  for (let before = performance.now(); !isOver;) {
    await nextTurn();
    const now = performance.now();
    longestMs = Math.max(longestMs, now - before);
    before = now;
  }
  return longestMs * 1_000;
}

async function memoryAfter(round: Round): Promise<Memory> {
  await makeCalls(round);
  globalThis.gc?.();
  const { heapUsed: heapBytes, rss: residentBytes } = process.memoryUsage();
  return { heapBytes, residentBytes };
}

async function makeCalls({ shape, calls }: Round): Promise<void> {
  for (let made = 0; made < calls; made += 1) await variant[shape]();
}

function cpuUsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
