import { expect, test } from "vitest";

import type { UsageRecord } from "../../src/usage/record.ts";
import { Recorder, type RecordSink } from "../../src/usage/recorder.ts";
import { KeptLogger } from "../support/logger.ts";
import { aRecord } from "../support/record.ts";

function keepingSink(name: string, kept: UsageRecord[]): RecordSink {
  return { name, accept: (record) => void kept.push(record) };
}

test("hands the same record to every sink, in order", () => {
  const kept: string[] = [];
  const records: UsageRecord[] = [];
  const sinkNamed = (name: string): RecordSink => ({
    name,
    accept: (record) => {
      kept.push(name);
      records.push(record);
    },
  });
  const record = aRecord();
  new Recorder([sinkNamed("metrics"), sinkNamed("ledger")], new KeptLogger()).record(record);
  expect(kept).toEqual(["metrics", "ledger"]);
  expect(records.every((each) => each === record)).toBe(true);
});

test("a sink that throws is named in a warning, and costs the others nothing", () => {
  const logger = new KeptLogger();
  const kept: UsageRecord[] = [];
  const broken: RecordSink = {
    name: "metrics",
    accept: () => {
      throw new Error("no such label");
    },
  };
  const recorder = new Recorder([broken, keepingSink("ledger", kept)], logger);
  const record = aRecord();
  expect(() => recorder.record(record)).not.toThrow();
  expect(kept).toEqual([record]);
  expect(logger.warnings).toEqual(['Sink "metrics" failed to take a usage record: no such label']);
});

test("a sink that failed once is given the next record all the same", () => {
  const kept: UsageRecord[] = [];
  let calls = 0;
  const flaky: RecordSink = {
    name: "flaky",
    accept: (record) => {
      calls += 1;
      if (calls === 1) throw new Error("not yet");
      kept.push(record);
    },
  };
  const recorder = new Recorder([flaky], new KeptLogger());
  recorder.record(aRecord({ brand: "first" }));
  recorder.record(aRecord({ brand: "second" }));
  expect(kept.map(({ brand }) => brand)).toEqual(["second"]);
});

test("a call that is about to be made is told to the sinks that ask for it", () => {
  const [begun, kept]: [UsageRecord[], UsageRecord[]] = [[], []];
  const ledger: RecordSink = { ...keepingSink("ledger", kept), begin: (each) => begun.push(each) };
  const broken: RecordSink = {
    ...keepingSink("metrics", kept),
    begin: () => {
      throw new Error("no room");
    },
  };
  const logger = new KeptLogger();
  const recorder = new Recorder([keepingSink("other", kept), broken, ledger], logger);
  const record = aRecord();
  recorder.begin(record);
  expect([begun, kept]).toEqual([[record], []]);
  expect(logger.warnings).toEqual(['Sink "metrics" failed to take a usage record: no room']);
});
