/** The tables of README that are made of the code: a test compares them, and `npm run readme` writes them. */
import { readFileSync } from "node:fs";

import { COMMANDS } from "../src/cli/main.ts";
import { ENVIRONMENT } from "../src/config/options.ts";
import { CONVENTION_METRICS, OWN_METRICS } from "../src/metrics/catalogue.ts";
import type { MetricSpec } from "../src/semconv/metric.ts";

const OPTIONS_SOURCE = new URL("../src/config/options.ts", import.meta.url);
/** A docstring with its `@defaultValue`, and the option behind it. */
const OPTION = /\/\*\*\n((?: {3}\*.*\n)+?) {3}\*\/\n {2}readonly (\w+)\?:/g;

export const README: URL = new URL("../README.md", import.meta.url);

/** `readme` with every generated table as the code would have it. */
export function withTables(readme: string): string {
  const tables = { options: optionTable(), metrics: metricTable(), commands: commandTable() };
  return Object.entries(tables).reduce((text, [name, table]) => {
    const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from === -1 || to < from) throw new Error(`Expected ${begin} and ${end} in README.md`);
    return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
  }, readme);
}

function optionTable(): string {
  const rows = [...readFileSync(OPTIONS_SOURCE, "utf8").matchAll(OPTION)].map(
    ([, doc = "", name = ""]) => {
      const text = doc.replaceAll(/^ {3}\* ?/gm, "").trim();
      const [description = "", defaultValue = ""] = text.split("@defaultValue");
      const variable = Object.entries(ENVIRONMENT).find(([option]) => option === name)?.[1];
      return [`\`${name}\``, variable ? `\`${variable}\`` : "", defaultValue, description];
    },
  );
  return tableOf(["option", "variable", "default", "what it does"], rows);
}

function metricTable(): string {
  const rows = [...OWN_METRICS, ...CONVENTION_METRICS].map((metric: MetricSpec) => [
    `\`${metric.name}\``,
    metric.kind,
    metric.labels.map((label) => `\`${label}\``).join(", "),
    metric.help,
  ]);
  return tableOf(["metric", "kind", "labels", "what it says"], rows);
}

function commandTable(): string {
  const rows = COMMANDS.map(({ name, argument, flags, summary }) => [
    `\`npx spendspan ${name}${argument === undefined ? "" : ` [${argument.name}]`}\``,
    Object.keys(flags)
      .map((flag) => `\`--${flag}\``)
      .join(", "),
    summary,
  ]);
  return tableOf(["command", "flags", "what it does"], rows);
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells
      .map((cell) =>
        cell
          .trim()
          .replaceAll(/\s*\n\s*/g, " ")
          .replaceAll("|", "\\|"),
      )
      .join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
