/** Every alert, fired and silent, by Prometheus' own test of rules. It needs `promtool`. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import { RULE_GROUPS } from "../../prometheus/source/rules.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { ALERTS, faultsOf } from "./alert-case.ts";
import { ALERT_CASES } from "./cases.ts";

const CONFIG = fileURLToPath(new URL("../../prometheus/prometheus.yml", import.meta.url));

describe.each(Object.entries(ALERT_CASES))("alerts on %s", (_, cases) => {
  test.each(cases)("$alert: $title", (one) => {
    expect(faultsOf([one], RULE_GROUPS, temporaryDirectory())).toBe("");
  });
});

test("each alert is seen to fire, with all that it says, and each that can to be silent", () => {
  const cases = Object.values(ALERT_CASES).flat();
  const seen = ALERTS.map(({ alert }) => {
    const own = cases.filter((one) => `Spendspan${one.alert}` === alert);
    const counts = own.flatMap(({ firing }) => Object.values(firing).map(({ length }) => length));
    return {
      alert,
      says: own.some(({ says }) => says !== undefined),
      fires: Math.max(...counts) > 0,
      isSilent: Math.min(...counts) === 0,
    };
  });
  expect(seen).toEqual(
    ALERTS.map(({ alert }) => ({
      alert,
      says: true,
      fires: true,
      isSilent: alert !== "SpendspanWatchdog",
    })),
  );
});

test("promtool has nothing to say about the configuration, and the rules it names", () => {
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "config", CONFIG], {
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("1 rule files found");
});
