import { readFileSync, globSync } from "node:fs";

import { expect, test } from "vitest";

import { ENVIRONMENT } from "../../src/config/options.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import { strayVariables } from "../../src/config/stray-variables.ts";

const KNOWN = Object.values(ENVIRONMENT).filter((name) => name !== undefined);

function strays(...names: readonly string[]): readonly string[] {
  return strayVariables(Object.fromEntries(names.map((name) => [name, "1"])));
}

test.each([
  ["a letter left out", "SPENDSPAN_DATABSE_URL", "SPENDSPAN_DATABASE_URL"],
  ["a letter added", "SPENDSPAN_PORTS", "SPENDSPAN_PORT"],
  ["two letters swapped", "SPENDSPAN_HSOT", "SPENDSPAN_HOST"],
  ["another letter", "SPENDSPAN_TOKEM", "SPENDSPAN_TOKEN"],
  ["no unit", "SPENDSPAN_FLUSH_INTERVAL", "SPENDSPAN_FLUSH_INTERVAL_MS"],
  ["a line less", "SPENDSPAN_DATADIR", "SPENDSPAN_DATA_DIR"],
])("%s is told, with the name that was meant", (_, name, meant) => {
  expect(strays(name)).toEqual([
    `The variable \`${name}\` is unknown, and passed over: did you mean \`${meant}\`?`,
  ]);
});

test.each(["SPENDSPAN_X", "SPENDSPAN_", "SPENDSPAN_TEST", "SPENDSPAN_A_LATER_VERSIONS_OPTION"])(
  "%s is like no other, so none is named",
  (name) => {
    expect(strays(name)).toEqual([`The variable \`${name}\` is unknown, and passed over`]);
  },
);

test("each is told, and none shows what it holds", () => {
  const environment = { SPENDSPAN_TOKN: "hunter2", SPENDSPAN_DB_URL: "postgres://me:hunter2@db" };
  const sentences = strayVariables(environment);
  expect(sentences).toHaveLength(2);
  expect(sentences.join()).not.toContain("hunter2");
});

test("variables of others, and those that hold nothing, are no matter", () => {
  expect(strayVariables({ SPENDSPAN_FOO: " ", DATABASE_URL: "x", SPENDSPANNER: "x" })).toEqual([]);
});

test("what Kubernetes gives to pods beside a Service is no slip", () => {
  // As the kubelet does for Services `spendspan` and `spendspan-ledger`, here of three protocols.
  const environment = ["SPENDSPAN", "SPENDSPAN_LEDGER"].flatMap((service) => [
    [`${service}_SERVICE_HOST`, "10.0.0.7"],
    [`${service}_SERVICE_PORT`, "9464"],
    [`${service}_SERVICE_PORT_HTTP_METRICS`, "9464"],
    [`${service}_PORT`, "tcp://10.0.0.7:9464"],
    ...["TCP", "UDP", "SCTP"].flatMap((protocol) => [
      [`${service}_PORT_9464_${protocol}`, `${protocol.toLowerCase()}://10.0.0.7:9464`],
      [`${service}_PORT_9464_${protocol}_PROTO`, protocol.toLowerCase()],
      [`${service}_PORT_9464_${protocol}_PORT`, "9464"],
      [`${service}_PORT_9464_${protocol}_ADDR`, "10.0.0.7"],
    ]),
  ]);
  expect(strayVariables(Object.fromEntries(environment))).toEqual([]);
  expect(resolveConfig({}, Object.fromEntries(environment)).port).toBe(9_464);
});

test("the variables that are read are those that are known, no more and no less", () => {
  const read = new Set<string>();
  const environment = new Proxy<Record<string, string>>(
    {},
    { get: (_, name) => void read.add(String(name)) },
  );
  resolveConfig({}, environment);
  const own = [...read].filter((name) => name.startsWith("SPENDSPAN_"));
  expect(own.toSorted()).toEqual(KNOWN.toSorted());
});

test("the variables that the command, the docs and the deployments name are known", () => {
  const files = ["README.md", ...globSync(["src/cli/**", "docs/**/*.md", "deploy/**/*.{md,y*ml}"])];
  const named = files
    .filter((path) => path.includes("."))
    .flatMap((path) => readFileSync(path, "utf8").match(/\bSPENDSPAN_[A-Z_]+\b/g) ?? []);
  expect(named.length).toBeGreaterThan(KNOWN.length);
  expect(named.filter((name) => !KNOWN.includes(name))).toEqual([]);
});
