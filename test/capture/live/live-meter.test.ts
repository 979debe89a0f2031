import { v7 } from "uuid";
import { expect, test } from "vitest";

import { systemClock } from "../../../src/base/clock.ts";
import { LiveMeter } from "../../../src/capture/live/live-meter.ts";
import type { MeteredSession } from "../../../src/capture/live/session.ts";
import { geminiPriceBook } from "../../../src/pricing/gemini-prices.ts";
import { createGeminiProvider } from "../../../src/providers/gemini/provider.ts";
import type { Provider, Session } from "../../../src/providers/operation.ts";
import type { UsageRecord } from "../../../src/usage/record.ts";
import { Recorder } from "../../../src/usage/recorder.ts";
import { KeptLogger } from "../../support/logger.ts";
import { aRequest } from "../../support/provider-request.ts";

const URL =
  "https://generativelanguage.googleapis.com/ws/google.ai.generativelanguage.v1.GenerativeService.BidiGenerateContent";
const SETUP = '{"setup":{"model":"models/gemini-3.8-live"}}';
const SPOKEN = '{"serverContent":{"modelTurn":{}}}';
const SNAPSHOT = '{"usageMetadata":{"promptTokenCount":1000,"totalTokenCount":1000}}';

interface Metered {
  readonly session: MeteredSession;
  readonly meter: LiveMeter;
  readonly begun: readonly UsageRecord[];
  readonly ended: readonly UsageRecord[];
  readonly logger: KeptLogger;
}

function metered(change: (session: Session) => Session = (session) => session): Metered {
  const begun: UsageRecord[] = [];
  const ended: UsageRecord[] = [];
  const logger = new KeptLogger();
  const gemini = createGeminiProvider({ baseUrls: [], priceBook: geminiPriceBook() });
  const provider: Provider = {
    ...gemini,
    matchSession: (request) => change(gemini.matchSession!(request)!),
  };
  const sink = {
    name: "test",
    begin: (record: UsageRecord) => begun.push(record),
    accept: (record: UsageRecord) => ended.push(record),
  };
  const meter = new LiveMeter({
    providers: [provider],
    recorder: new Recorder([sink], logger),
    clock: systemClock,
    newId: v7,
    logger,
    strictBrand: false,
    fingerprintKey: undefined,
  });
  return { session: meter.open(aRequest("GET", URL))!, meter, begun, ended, logger };
}

test("a turn is made known as soon as the model says something, for a process that may be killed", () => {
  const { session, begun, ended } = metered();
  session.sent(SETUP);
  session.received('{"setupComplete":{}}');
  expect(begun).toEqual([]);
  session.received(SPOKEN);
  session.received(SPOKEN);
  expect(begun).toMatchObject([{ status: "unknown", model: "gemini-3.8-live", cost: undefined }]);
  session.received(SNAPSHOT);
  // 1 000 × $0.75/M
  expect(ended).toMatchObject([{ id: begun[0]?.id, status: "success", cost: 750_000_000n }]);
});

test("two statements of usage are two turns, and what follows the last one is none", () => {
  const { session, ended } = metered();
  session.sent(SETUP);
  for (const message of [SPOKEN, SNAPSHOT, SNAPSHOT, '{"serverContent":{"turnComplete":true}}']) {
    session.received(message);
  }
  session.closed(1000);
  expect(ended.map(({ cost }) => cost)).toEqual([750_000_000n, 750_000_000n]);
});

test.each([
  [1000, "cancelled", "abandoned"],
  [1001, "cancelled", "abandoned"],
  [1005, "cancelled", "abandoned"],
  [4000, "cancelled", "abandoned"], // an app's own code, sent back
  [1006, "error", "1006"],
  [1008, "error", "1008"],
  [1011, "error", "1011"],
])("closed with %i in the middle of a turn, it is %s: %s", (code, status, errorType) => {
  const { session, ended } = metered();
  session.sent(SETUP);
  session.received(SPOKEN);
  session.closed(code, "why");
  session.closed(1006);
  session.received(SNAPSHOT);
  expect(ended).toMatchObject([{ status, errorType, priceStatus: "unpriced" }]);
});

test("a session without a setup has turns of an unknown model, and no cost", () => {
  const { session, ended } = metered();
  session.received(SNAPSHOT);
  expect(ended).toMatchObject([{ model: undefined, priceStatus: "unpriced", cost: undefined }]);
});

test("a session is forgotten with its end: concluding settles what is open only", () => {
  const { session, meter, ended } = metered();
  session.received(SPOKEN);
  meter.conclude();
  meter.conclude();
  expect(session.isOver).toBe(true);
  expect(ended).toMatchObject([{ status: "unknown", errorType: "process_ended" }]);
});

test("a fault of the meter's own ends its look at the session, with a row for the turn, and is told", () => {
  const broken = (session: Session): Session => ({
    ...session,
    read: (message) => {
      if (message === SNAPSHOT) throw new Error("broken");
      return session.read(message);
    },
  });
  const { session, ended, logger } = metered(broken);
  session.received(SPOKEN);
  session.received(SNAPSHOT);
  session.received(SPOKEN);
  expect(session.isOver).toBe(true);
  expect(ended).toMatchObject([{ status: "unknown", priceStatus: "unpriced" }]);
  expect(logger.warnings).toEqual([
    "The meter failed on a Live session, which was not affected: broken",
  ]);
});
