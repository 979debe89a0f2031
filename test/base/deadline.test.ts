import { expect, test, vi } from "vitest";

import { countdown, keepingAlive, settledWithin } from "../../src/base/deadline.ts";

const AN_HOUR_MS = 3_600_000;

test("waits for work, whether it is done or fails", async () => {
  const work = Promise.withResolvers<void>();
  let waited = false;
  const waiting = settledWithin(AN_HOUR_MS, work.promise).then(() => (waited = true));
  await new Promise(setImmediate);
  expect(waited).toBe(false);
  work.resolve();
  await waiting;
  await settledWithin(AN_HOUR_MS, Promise.reject(new Error("no")));
});

test("does not wait beyond the deadline, and leaves no timer behind", async () => {
  vi.useFakeTimers();
  try {
    const waiting = settledWithin(AN_HOUR_MS, new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(AN_HOUR_MS);
    await waiting;
    await settledWithin(AN_HOUR_MS, Promise.resolve());
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("says what is left of a time, in whole milliseconds and never below none", () => {
  let nowMs = 1_000.25;
  const left = countdown({ now: () => 0, monotonicMs: () => nowMs }, 100);
  expect(left()).toBe(100);
  nowMs += 40.5;
  expect(left()).toBe(60); // 59.5
  nowMs += 1_000;
  expect(left()).toBe(0);
});

test("keeps the process for work as long as it takes, and leaves no timer behind", async () => {
  vi.useFakeTimers();
  try {
    const work = Promise.withResolvers<string>();
    const waiting = keepingAlive(work.promise);
    await vi.advanceTimersByTimeAsync(1_000 * AN_HOUR_MS);
    expect(vi.getTimerCount()).toBe(1);
    work.resolve("done");
    expect(await waiting).toBe("done");
    await expect(keepingAlive(Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
