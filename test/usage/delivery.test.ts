import { expect, test } from "vitest";

import { Delivery } from "../../src/usage/delivery.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { Recorder } from "../../src/usage/recorder.ts";
import { KeptLogger } from "../support/logger.ts";
import { aRecord } from "../support/record.ts";

function keepingRecorder(): { readonly recorder: Recorder; readonly kept: UsageRecord[] } {
  const kept: UsageRecord[] = [];
  const sink = { name: "test", accept: (record: UsageRecord) => void kept.push(record) };
  return { recorder: new Recorder([sink], new KeptLogger()), kept };
}

test("keeps its record to itself until it is delivered", () => {
  const { recorder, kept } = keepingRecorder();
  const record = aRecord();
  const delivery = new Delivery(record, recorder);
  expect(delivery.record).toBe(record);
  expect(kept).toEqual([]);
});

test("delivers its record once, however many deliver it", () => {
  const { recorder, kept } = keepingRecorder();
  const record = aRecord();
  const delivery = new Delivery(record, recorder);
  delivery.deliver();
  delivery.deliver();
  expect(kept).toEqual([record]);
});

test("a record is delivered once even when a sink delivers it again from within", () => {
  const kept: UsageRecord[] = [];
  const recorder: Recorder = new Recorder(
    [
      {
        name: "test",
        accept: (record) => {
          kept.push(record);
          delivery.deliver();
        },
      },
    ],
    new KeptLogger(),
  );
  const delivery = new Delivery(aRecord(), recorder);
  delivery.deliver();
  expect(kept).toHaveLength(1);
});
