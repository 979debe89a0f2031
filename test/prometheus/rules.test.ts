import { readdirSync, readFileSync } from "node:fs";

import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { describe, expect, test } from "vitest";

import { RULE_GROUPS, RULES_FILE, rulesYaml } from "../../prometheus/source/rules.ts";
import { SETTINGS } from "../../prometheus/source/settings.ts";
import { COMMANDS } from "../../src/cli/main.ts";
import { ALERTS } from "./alert-case.ts";

const RUNBOOKS = new URL("../../prometheus/runbooks/", import.meta.url);
const PAGES = readdirSync(RUNBOOKS);

describe("rules", () => {
  test("stand in the file as the sources have them (`npm run rules` writes it)", () => {
    expect(readFileSync(RULES_FILE, "utf8")).toBe(rulesYaml());
  });

  test("know the jobs of prometheus.yml", () => {
    const config = readFileSync(
      new URL("../../prometheus/prometheus.yml", import.meta.url),
      "utf8",
    );
    const jobs = [...config.matchAll(/job_name: (\S+)/g)].map(([, job]) => job);
    expect(jobs).toEqual(expect.arrayContaining([SETTINGS.appJob, SETTINGS.ledgerJob]));
  });
});

test("requests of HTTP clients are asked for as OpenTelemetry's exporter names them", async () => {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ readers: [exporter] });
  const meter = provider.getMeter("undici");
  meter.createHistogram("http.client.request.duration", { unit: "s" }).record(0.2, {
    "server.address": "generativelanguage.googleapis.com",
  });
  const { resourceMetrics } = await exporter.collect();
  const text = new PrometheusSerializer().serialize(resourceMetrics);
  const [, selector = ""] = /^(http_client\w+_count\{server_address=)/m.exec(text) ?? [];
  expect(selector).not.toBe("");
  expect(ALERTS.find(({ alert }) => alert === "SpendspanMeteringSilent")?.expr).toContain(selector);
});

describe("runbooks", () => {
  test("are there for every alert, and for nothing else", () => {
    const named = ALERTS.map(({ annotations }) => annotations.runbook_url);
    expect(named.toSorted()).toEqual(
      PAGES.map((page) => `${SETTINGS.runbookUrl}/${page}`).toSorted(),
    );
  });

  test.each(ALERTS)(
    "$alert: the page says what is seen, what it rests on, what to do and how to check",
    (rule) => {
      const page = readFileSync(new URL(`${rule.alert}.md`, RUNBOOKS), "utf8");
      const headings = page.split("\n").filter((line) => line.startsWith("#"));
      expect(headings).toEqual([
        `# ${rule.alert}`,
        "## Symptom",
        "## Metric",
        "## Action",
        "## Verification",
      ]);
      const section = page.slice(page.indexOf("## Metric"), page.indexOf("## Action"));
      const [, metric = ""] = /`([\w:]+)/.exec(section) ?? [];
      expect(`${rule.expr}\n${recordedFor(rule.expr)}`).toContain(metric);
      const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link);
      expect(PAGES).toEqual(expect.arrayContaining(links));
      const commands = [...page.matchAll(/npx spendspan (\w+)/g)].map(([, command]) => command);
      expect(COMMANDS.map(({ name }) => name)).toEqual(expect.arrayContaining(commands));
    },
  );
});

/** The expressions behind what an expression asks for, down to what is emitted. */
function recordedFor(expr: string): string {
  const used = RULE_GROUPS.flatMap(({ rules }) => rules).filter(
    (rule) => "record" in rule && expr.includes(rule.record),
  );
  return used.map((rule) => `${rule.expr}\n${recordedFor(rule.expr)}`).join("\n");
}
