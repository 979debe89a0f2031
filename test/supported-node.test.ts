/** What an app sees that starts spendspan on a Node that is too old. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { describe, expect, test } from "vitest";

import { nodeVersionFault } from "../src/base/node-version.ts";
import { sourceModule } from "./support/source-module.ts";

const root = join(import.meta.dirname, "..");
const manifest: { readonly exports: Record<string, unknown> } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);

/** The first Node on PATH that is too old. */
const oldNode = (process.env["PATH"] ?? "")
  .split(delimiter)
  .map((directory) => join(directory, "node"))
  .filter((path) => existsSync(path))
  .map((path) => ({ path, version: versionOf(path) }))
  .find(({ version }) => nodeVersionFault(version) !== undefined);

/** From here the package's own name leads to its own `exports`, as it does in an app. */
function run(node: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(node, args, { cwd: root, encoding: "utf8" });
  return { status, stdout, stderr };
}

const WAYS: Readonly<Record<string, readonly string[]>> = {
  'import "spendspan"': ["--input-type=module", "-e", 'import "spendspan"; console.log("ran")'],
  'import "spendspan/register"': [
    "--input-type=module",
    "-e",
    'import "spendspan/register"; console.log("ran")',
  ],
  'require("spendspan")': [
    "--input-type=commonjs",
    "-e",
    'require("spendspan"); console.log("ran")',
  ],
  "--import spendspan/register": ["--import", "spendspan/register", "-e", 'console.log("ran")'],
};

describe("on a Node that is too old", () => {
  // oxlint-disable-next-line vitest/no-conditional-tests -- it depends on the machine, and says so
  if (oldNode === undefined) {
    test("the check speaks up; no such Node is here, so THE ENTRIES ARE NOT TRIED ON ONE", () => {
      console.warn("No Node older than 22.15 on PATH: only the check itself is tested");
      expect(nodeVersionFault("20.20.2")).toContain("needs Node 22.15 or newer");
    });
    return;
  }
  const { path, version } = oldNode;
  const sentence = `spendspan needs Node 22.15 or newer, and this is Node ${version}`;

  test.each(Object.entries(WAYS))("%s says so, before the app runs", (_, args) => {
    const { status, stdout, stderr } = run(path, args);
    expect(stderr).toContain(`SpendspanError: ERR_NODE_VERSION: ${sentence}`);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  });

  test("the command says so, and nothing else", () => {
    const result = run(path, ["bin/spendspan.js", "version"]);
    expect(result).toEqual({ status: 1, stdout: "", stderr: `${sentence}\n` });
  });
});

describe("on this Node", () => {
  test.each(Object.entries(WAYS))("%s lets the app run", (_, args) => {
    expect(run(process.execPath, args)).toMatchObject({ status: 0, stdout: "ran\n" });
  });

  test("the command does its work", () => {
    expect(run(process.execPath, ["bin/spendspan.js", "version"])).toMatchObject({ status: 0 });
  });
});

test("every entry of the package checks the Node before it evaluates anything else", () => {
  const entries = Object.keys(manifest.exports).filter((name) => name !== "./package.json");
  expect(entries).toContain(".");
  const firstImports = entries.map((name) => {
    const path = name === "." ? "index.ts" : `${name.slice("./".length)}.ts`;
    const { imports } = sourceModule(path, readFileSync(join(root, "src", path), "utf8"));
    return `${path}: ${imports[0]?.specifier}`;
  });
  expect(firstImports.filter((line) => !line.endsWith(": ./supported-node.ts"))).toEqual([]);
});

function versionOf(node: string): string {
  return execFileSync(node, ["-p", "process.versions.node"], { encoding: "utf8" }).trim();
}
