import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Inquiries, type InquiriesParts, type Inquiry } from "../../src/capture/inquiries.ts";
import type { ResourceEntry } from "../../src/usage/resource-entry.ts";
import { KeptLogger } from "../support/logger.ts";
import { aRecord } from "../support/record.ts";

const HOUR_MS = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Questions, what became of them in order, and the resources that the ledger was asked about. */
function someInquiries(parts: Partial<InquiriesParts> = {}) {
  const asked: string[] = [];
  const settled: string[] = [];
  const logger = new KeptLogger();
  const { findEntries = async () => [aRecord()] } = parts;
  const inquiries = new Inquiries({
    logger,
    ...parts,
    findEntries: (name) => {
      asked.push(name);
      return findEntries(name);
    },
  });
  const inquiry = (resourceName: string, answered: Inquiry["answered"] = () => true): Inquiry => ({
    resourceName,
    size: 1,
    answered: (entries) => {
      if (!answered(entries)) return false;
      settled.push(`${resourceName} answered`);
      return true;
    },
    unanswered: () => settled.push(`${resourceName} unanswered`),
  });
  return { inquiries, inquiry, asked, settled, logger };
}

const away = () => Promise.reject(new Error("away"));
const isThere = (entries: readonly ResourceEntry[]) => entries.length > 0;

test("questions are asked one after the other, at once", async () => {
  const { inquiries, inquiry, asked, settled } = someInquiries();
  for (const name of ["a", "b"]) inquiries.add(inquiry(name));
  expect(settled).toEqual([]); // never in the call that they came up in
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual(["a", "b"]);
  expect(settled).toEqual(["a answered", "b answered"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("a ledger that is away is asked again for half an hour, then no more", async () => {
  const { inquiries, inquiry, asked, settled } = someInquiries({ findEntries: away });
  inquiries.add(inquiry("a"));
  await vi.advanceTimersByTimeAsync(HOUR_MS / 2);
  expect(settled).toEqual([]);
  await vi.advanceTimersByTimeAsync(HOUR_MS / 2);
  expect(settled).toEqual(["a unanswered"]);
  expect(asked).toHaveLength(7);
});

test("where the ledger can't be asked about one, it isn't bothered with the others", async () => {
  const { inquiries, inquiry, asked } = someInquiries({ findEntries: away });
  for (const name of ["a", "b", "c"]) inquiries.add(inquiry(name));
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual(["a"]);
});

test("rows that are not there are looked for three times", async () => {
  const { inquiries, inquiry, asked, settled } = someInquiries({ findEntries: async () => [] });
  inquiries.add(inquiry("a", isThere));
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  expect(asked).toEqual(["a", "a", "a"]);
  expect(settled).toEqual(["a unanswered"]);
});

test("a question waits for earlier ones about the same resource, and not for others", async () => {
  let rows: ResourceEntry[] = [];
  const findEntries = async () => rows;
  const { inquiries, inquiry, settled } = someInquiries({ findEntries, retryAfterMs: [1_000] });
  inquiries.add(inquiry("a", isThere));
  inquiries.add(inquiry("a"));
  inquiries.add(inquiry("b"));
  await vi.advanceTimersByTimeAsync(0);
  expect(settled).toEqual(["b answered"]);
  rows = [aRecord()];
  await vi.advanceTimersByTimeAsync(1_000);
  expect(settled).toEqual(["b answered", "a answered", "a answered"]);
});

test("retry asks all that wait, now", async () => {
  let isAway = true;
  const findEntries = () => (isAway ? away() : Promise.resolve([]));
  const { inquiries, inquiry, settled } = someInquiries({ findEntries });
  inquiries.add(inquiry("a"));
  inquiries.add(inquiry("b"));
  await vi.advanceTimersByTimeAsync(0);
  isAway = false;
  await inquiries.retry();
  expect(settled).toEqual(["a answered", "b answered"]);
});

test("however often it is asked in an outage, a question keeps its chances for later", async () => {
  let isAway = true;
  const findEntries = () => (isAway ? away() : Promise.resolve([aRecord()]));
  const { inquiries, inquiry, settled } = someInquiries({ findEntries });
  inquiries.add(inquiry("a"));
  await vi.advanceTimersByTimeAsync(0);
  for (let times = 0; times < 20; times++) await inquiries.retry();
  isAway = false;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(settled).toEqual(["a answered"]);
});

test("after an outage rows may come late, as their writer had it too", async () => {
  let rows: Promise<ResourceEntry[]> | undefined;
  const findEntries = () => rows ?? away();
  const { inquiries, inquiry, settled } = someInquiries({ findEntries });
  inquiries.add(inquiry("a", isThere));
  await vi.advanceTimersByTimeAsync(60_000); // asked at 0, 2 and 12 seconds
  rows = Promise.resolve([]);
  await vi.advanceTimersByTimeAsync(60_000); // at 72 seconds
  rows = Promise.resolve([aRecord()]);
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  expect(settled).toEqual(["a answered"]);
});

test("conclude waits no longer than it may for a ledger that hangs", async () => {
  const { inquiries, inquiry, settled } = someInquiries({
    findEntries: () => new Promise(() => {}),
  });
  inquiries.add(inquiry("a"));
  inquiries.add(inquiry("b"));
  const concluded = inquiries.conclude(500);
  await vi.advanceTimersByTimeAsync(499);
  expect(settled).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await concluded;
  expect(settled).toEqual(["a unanswered", "b unanswered"]);
});

test("questions about 50,000 records wait; one more, and the oldest is settled without the ledger", async () => {
  const { inquiries, inquiry, settled } = someInquiries({ findEntries: away });
  inquiries.add({ ...inquiry("a"), size: 20_000 });
  inquiries.add({ ...inquiry("b"), size: 30_000 });
  expect(settled).toEqual([]);
  inquiries.add(inquiry("c"));
  expect(settled).toEqual(["a unanswered"]);
  // One that is too large by itself has its chance all the same.
  inquiries.add({ ...inquiry("d"), size: 100_000 });
  expect(settled).toEqual(["a unanswered", "b unanswered", "c unanswered"]);
});

test("a fault in what is done with an answer is logged, and stops nothing", async () => {
  const { inquiries, inquiry, settled, logger } = someInquiries();
  const fail = () => {
    throw new Error("bug");
  };
  inquiries.add(inquiry("a", fail));
  inquiries.add(inquiry("b"));
  await vi.advanceTimersByTimeAsync(0);
  expect(settled).toEqual(["b answered"]);
  expect(logger.warnings).toEqual(["The meter failed on a batch, a video or a cache: bug"]);
});
