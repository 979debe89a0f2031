#!/usr/bin/env node
/** The command `spendspan`. On a Node that is too old it says so before it loads anything else. */
import { nodeVersionFault } from "../dist/base/node-version.js";

const fault = nodeVersionFault(process.versions.node);
if (fault === undefined) {
  const { main } = await import("../dist/cli/main.js");
  process.exitCode = await main(process.argv.slice(2));
} else {
  console.error(fault);
  process.exitCode = 1;
}
