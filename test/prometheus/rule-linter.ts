/** What promtool does not see: metrics and labels that nobody emits, and what counters and gauges must not be asked. */
import { OWN_METRICS } from "../../src/metrics/catalogue.ts";
import type { RuleGroup } from "../../prometheus/source/rule.ts";

/** Made by Prometheus, and by OpenTelemetry's HTTP instrumentation. */
const FOREIGN: ReadonlyMap<string, Metric> = new Map([
  ["up", { kind: "gauge", labels: [] }],
  ["http_client_request_duration_count", { kind: "counter", labels: ["server_address"] }],
  ["http_client_request_duration_seconds_count", { kind: "counter", labels: ["server_address"] }],
]);
const OF_TARGETS = ["job", "instance"];
/** Made and taken away within one expression. */
const PASSING = ["week"];
const WORDS = new Set(["and", "or", "unless", "offset", "bool", "inf", "nan"]);
const MODIFIER = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
const DURATION = /(?<=\[)\w+(?=\])|(?<=\boffset )\w+/g;
const STRING = /"(?:[^"\\]|\\.)*"/g;
const SELECTOR = /([a-zA-Z_:][\w:]*)\s*(\{[^}]*\})?\s*(\[|\()?/g;

interface Metric {
  readonly kind: "counter" | "gauge";
  readonly labels: readonly string[];
}

/** Each fault, with the name of its rule. */
export function faultsIn(groups: readonly RuleGroup[]): readonly string[] {
  const metrics = new Map([...emitted(), ...FOREIGN]);
  const faults: string[] = [];
  for (const rule of groups.flatMap(({ rules }) => rules)) {
    const name = "alert" in rule ? rule.alert : rule.record;
    faults.push(...faultsOf(rule.expr, metrics).map((fault) => `${name}: ${fault}`));
    if ("record" in rule) metrics.set(rule.record, { kind: "gauge", labels: labelsOfRecord(name) });
  }
  return faults;
}

function emitted(): readonly (readonly [string, Metric])[] {
  return OWN_METRICS.flatMap(({ name, kind, labels }): (readonly [string, Metric])[] =>
    kind === "histogram"
      ? [
          [`${name}_bucket`, { kind: "counter", labels: [...labels, "le"] }],
          [`${name}_count`, { kind: "counter", labels }],
          [`${name}_sum`, { kind: "counter", labels }],
        ]
      : [[name, { kind, labels }]],
  );
}

function faultsOf(expr: string, metrics: ReadonlyMap<string, Metric>): readonly string[] {
  const plain = expr.replaceAll(STRING, '""').replaceAll(DURATION, "");
  const known = new Set([...[...metrics.values()].flatMap(({ labels }) => labels), ...PASSING]);
  const modified = [...plain.matchAll(MODIFIER)].flatMap(
    ([, list = ""]) => list.match(/\w+/g) ?? [],
  );
  const strange = modified.filter((label) => !known.has(label) && !OF_TARGETS.includes(label));
  const selectors = [...plain.replaceAll(MODIFIER, "").matchAll(SELECTOR)].filter(
    ([, name = "", , next]) => next !== "(" && !WORDS.has(name),
  );
  const faults = selectors.flatMap(([, name = "", matchers = "", next]) => {
    const metric = metrics.get(name);
    if (metric === undefined) return [`no metric ${name}`];
    const labels = [...matchers.matchAll(/(\w+)\s*[=!]/g)].map(([, label = ""]) => label);
    return [
      ...labels
        .filter((label) => ![...metric.labels, ...OF_TARGETS].includes(label))
        .map((label) => `no label ${label} on ${name}`),
      ...misuse(plain, name, metric, next === "["),
    ];
  });
  return [...strange.map((label) => `no label ${label}`), ...faults];
}

/** A counter is asked for its rise, or whether it is there; a gauge of the ledger for its last value alone. */
function misuse(plain: string, name: string, metric: Metric, isRange: boolean): readonly string[] {
  if (metric.kind === "gauge") {
    const isItsLast = plain.includes(`last_over_time(${name}[`);
    return isRange && !isItsLast ? [`the rise of the gauge ${name}`] : [];
  }
  const isAskedToBeThere =
    plain.includes(`${name} unless last_over_time(${name}[`) ||
    new RegExp(`\\bcount by \\([^)]*\\) \\(${name}\\)`).test(plain);
  return isRange || isAskedToBeThere ? [] : [`the counter ${name} without a rate`];
}

/** By the convention of names, `level:metric:operations`. */
function labelsOfRecord(name: string): readonly string[] {
  return name.slice(0, name.indexOf(":")).split("_");
}
