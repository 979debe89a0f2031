import { diag, type DiagLogger } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { defaultLogger, type Logger, throttled, unfailing } from "../../src/base/logger.ts";
import { KeptLogger } from "../support/logger.ts";

describe("the default logger", () => {
  const told: string[] = [];
  const keep = (level: string) => (message: string) => void told.push(`${level} ${message}`);
  const diagLogger: DiagLogger = {
    error: keep("error"),
    warn: keep("warn"),
    info: keep("info"),
    debug: keep("debug"),
    verbose: keep("verbose"),
  };

  beforeEach(() => {
    told.length = 0;
    diag.setLogger(diagLogger, { suppressOverrideMessage: true });
  });
  afterEach(() => {
    diag.disable();
    vi.restoreAllMocks();
  });

  test("warns on stderr and in OpenTelemetry's diagnostics, with the cause's message only", () => {
    const emitted = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    defaultLogger.warn("Metrics port is in use", new Error("listen EADDRINUSE"));
    expect(emitted.mock.calls).toEqual([
      ["Metrics port is in use: listen EADDRINUSE", { type: "SpendspanWarning" }],
    ]);
    expect(told).toEqual(["warn spendspan: Metrics port is in use: listen EADDRINUSE"]);
  });

  test("tells the rest to the diagnostics alone", () => {
    const emitted = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    defaultLogger.info("Listening");
    expect(emitted).not.toHaveBeenCalled();
    expect(told).toEqual(["info spendspan: Listening"]);
  });
});

test("an unfailing logger says all that it is told, and never throws", () => {
  const kept = new KeptLogger();
  const logger = unfailing(kept);
  logger.info("Begun");
  for (const attempt of [1, 2]) logger.warn("Away", new Error(`${attempt}`));
  expect(kept).toMatchObject({ infos: ["Begun"], warnings: ["Away: 1", "Away: 2"] });
  expect(() => unfailing({} as Logger).warn("Away")).not.toThrow();
});

describe("a throttled logger", () => {
  test("never throws, though the app's does", () => {
    const failing = (): never => {
      throw new Error("the disk is full");
    };
    const logger = throttled({ info: failing, warn: failing }, 60_000, () => 0);
    expect(() => logger.info("begun")).not.toThrow();
    expect(() => logger.warn("away")).not.toThrow();
  });

  test("says a message once in its time, and again after it", () => {
    const kept = new KeptLogger();
    let now = 0;
    const logger = throttled(kept, 60_000, () => now);
    for (now of [0, 1, 59_999, 60_000, 119_999, 120_000]) logger.warn(`Away`, new Error(`${now}`));
    expect(kept.warnings).toEqual(["Away: 0", "Away: 60000", "Away: 120000"]);
  });

  test("holds one message back, not another", () => {
    const kept = new KeptLogger();
    const logger = throttled(kept, 60_000, () => 0);
    logger.warn("Postgres is away");
    logger.warn("Disk is full");
    logger.warn("Postgres is away");
    expect(kept.warnings).toEqual(["Postgres is away", "Disk is full"]);
  });

  test("lets every info through", () => {
    const kept = new KeptLogger();
    const logger = throttled(kept, 60_000, () => 0);
    logger.info("Flushed");
    logger.info("Flushed");
    expect(kept.infos).toEqual(["Flushed", "Flushed"]);
  });

  test("forgets what it said when messages never repeat, so that it can't grow", () => {
    const kept = new KeptLogger();
    const logger = throttled(kept, 60_000, () => 0);
    for (let id = 0; id <= 1_000; id++) logger.warn(`Row ${id} failed`);
    logger.warn("Row 0 failed");
    expect(kept.warnings.filter((message) => message === "Row 0 failed")).toHaveLength(2);
  });
});
